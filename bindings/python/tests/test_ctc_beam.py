"""CTC prefix beam search by brute force over all paths, and its properties."""

from __future__ import annotations

import numpy as np
import pytest

import crnn
from ctc_brute_force import all_texts, random_scores


@pytest.mark.parametrize("seed", range(12))
def test_a_wide_beam_finds_every_text(seed: int) -> None:
    random = np.random.default_rng(1000 + seed)
    frames, classes = int(random.integers(1, 7)), int(random.integers(2, 5))
    blank = int(random.integers(classes))
    scores = random_scores(seed, frames, classes)
    expected = all_texts(scores, blank)
    found = crnn.ctc.BeamSearch(blank=blank, width=5000)(scores, n_best=5000)
    assert {item.tokens for item in found} == set(expected), seed
    for item in found:
        assert item.score == pytest.approx(expected[item.tokens], abs=1e-4), (seed, item)
    assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)


@pytest.mark.parametrize("seed", range(6))
def test_scores_are_bounded_by_the_exact_ones_and_grow_with_the_width(seed: int) -> None:
    scores = random_scores(seed, 40, 12, 3)
    best = -np.inf
    for width in (1, 2, 5, 20, 100, 400):
        hypotheses = crnn.ctc.BeamSearch(width=width)(scores, n_best=3)
        for item in hypotheses:
            assert item.score <= crnn.ctc.score(scores, item.tokens) + 1e-3
            assert item.frames == tuple((span.start, span.end) for span in crnn.ctc.align(scores, item.tokens))
        # What is lost to a narrow beam may come back in parts, but never the best text's score by much.
        assert hypotheses[0].score >= best - 1e-3, (seed, width)
        best = max(best, hypotheses[0].score)
        assert hypotheses == crnn.ctc.BeamSearch(width=width)(scores, n_best=3)


def test_labels_pruning_and_certainty() -> None:
    certain = np.where(np.eye(4)[[1, 1, 0, 1, 2]] == 1, 0, -np.inf).astype(np.float32)
    search = crnn.ctc.BeamSearch(labels=["a", "é", "ch"], width=10)
    (only,) = search(certain, n_best=5)
    assert (only.text, only.tokens, only.score) == ("aaé", (1, 1, 2), 0)
    assert only.frames == ((0, 2), (3, 4), (4, 5))
    scores = random_scores(3, 30, 20)
    everything = crnn.ctc.BeamSearch(width=50)(scores)
    assert crnn.ctc.BeamSearch(width=50, token_count=20)(scores) == everything
    assert crnn.ctc.BeamSearch(width=50, token_min_log_probability=-1e30)(scores) == everything
    assert crnn.ctc.BeamSearch(width=50, token_count=3)(scores)[0].score <= everything[0].score + 1e-4
    assert crnn.ctc.BeamSearch(width=50, token_min_log_probability=-0.01)(scores)[0].score <= everything[0].score + 1e-4
    assert crnn.ctc.BeamSearch()(np.zeros((0, 4), np.float32))[0].tokens == ()


@pytest.mark.parametrize("arguments", [
    {"width": 0}, {"width": 2**31}, {"width": 2**21}, {"blank": 4}, {"blank": -1}, {"token_count": 0},
    {"labels": ["a"]}, {"kind": "odds"},
])
def test_bad_settings(arguments: dict) -> None:
    with pytest.raises(crnn.Error):
        crnn.ctc.BeamSearch(**arguments)(random_scores(0, 3, 4))


def test_bad_scores() -> None:
    with pytest.raises(crnn.InvalidInputError, match="NaN"):
        crnn.ctc.BeamSearch()(np.full((2, 3), np.nan, np.float32))
    with pytest.raises(crnn.InvalidArgumentError, match="n_best"):
        crnn.ctc.BeamSearch()(random_scores(0, 3, 4), n_best=0)


def test_seconds() -> None:
    certain = np.where(np.eye(4)[[1, 1, 0, 1, 3, 2]] == 1, 0, -np.inf).astype(np.float32)
    found = crnn.ctc.BeamSearch(["a", "b", " "])(certain)[0]
    assert found.text == "aa b"
    assert found.seconds(0.5) == ((0.0, 1.0), (1.5, 2.0), (2.0, 2.5), (2.5, 3.0))
    assert [word.seconds(0.5) for word in found.words] == [(0.0, 2.0), (2.5, 3.0)]
