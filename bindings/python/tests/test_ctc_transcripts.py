"""CTC loss, gradient, score and alignment by brute force over all paths, and error rates."""

from __future__ import annotations

import functools
import itertools
from typing import Dict, List, Sequence, Tuple

import numpy as np
import pytest

import crnn

BIG = np.float64


def log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def collapse(path: Sequence[int], blank: int) -> Tuple[int, ...]:
    return tuple(label for label, _ in itertools.groupby(path) if label != blank)


def brute_force(scores: np.ndarray, blank: int) -> Dict[Tuple[int, ...], List[Tuple[float, Tuple[int, ...]]]]:
    """Transcript -> (log-probability, path) of every path that spells it."""
    frames, classes = scores.shape
    found: Dict[Tuple[int, ...], List[Tuple[float, Tuple[int, ...]]]] = {}
    for path in itertools.product(range(classes), repeat=frames):
        value = float(sum(BIG(scores[frame, label]) for frame, label in enumerate(path)))
        found.setdefault(collapse(path, blank), []).append((value, path))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_every_transcript_of_a_small_case(seed: int) -> None:
    random = np.random.default_rng(seed)
    frames, classes = int(random.integers(1, 6)), int(random.integers(2, 5))
    blank = int(random.integers(classes))
    scores = log_softmax(3 * random.standard_normal((frames, classes))).astype(np.float32)
    found = brute_force(scores, blank)
    total = 0.0
    for tokens, paths in found.items():
        expected = float(np.logaddexp.reduce([value for value, _ in paths]))
        total += np.exp(expected)
        assert crnn.ctc.score(scores, tokens, blank) == pytest.approx(expected, abs=1e-5), (seed, tokens)
        best_value, best_path = max(paths)
        spans = crnn.ctc.align(scores, tokens, blank)
        assert [span.token for span in spans] == list(tokens)
        runs = [(label, [frame for frame, _ in group]) for label, group in
                itertools.groupby(enumerate(best_path), key=lambda pair: pair[1]) if label != blank]
        assert [(span.start, span.end) for span in spans] == [(run[0], run[-1] + 1) for _, run in runs], (seed, tokens)
        for span, (label, run) in zip(spans, runs):
            assert span.score == pytest.approx(float(np.mean([scores[frame, label] for frame in run])), abs=1e-5)
    assert total == pytest.approx(1, abs=1e-5)
    labels = [label for label in range(classes) if label != blank]
    for tokens in itertools.product(labels, repeat=frames):
        if tokens not in found:
            assert crnn.ctc.score(scores, tokens, blank) == -np.inf
            with pytest.raises(crnn.InvalidInputError, match="at least"):
                crnn.ctc.align(scores, tokens, blank)


@pytest.mark.parametrize("seed", range(4))
def test_gradient_is_that_of_finite_differences(seed: int) -> None:
    random = np.random.default_rng(100 + seed)
    frames, batch, classes = 7, 3, 5
    blank = int(random.integers(classes))
    logits = random.standard_normal((frames, batch, classes))
    input_lengths = np.array([7, 5, 6])
    target_lengths = np.array([3, 2, 0])
    choices = [label for label in range(classes) if label != blank]
    targets = random.choice(choices, (batch, 3))
    scores = log_softmax(logits).astype(np.float32)
    losses, gradient = crnn.ctc.loss(scores, targets, input_lengths, target_lengths, blank)
    flat = np.concatenate([row[:length] for row, length in zip(targets, target_lengths)])
    again, _ = crnn.ctc.loss(logits.astype(np.float32), flat, input_lengths, target_lengths, blank, kind="logits")
    np.testing.assert_allclose(again, losses, atol=2e-5)
    for sequence in range(batch):
        view = scores[: input_lengths[sequence], sequence]
        expected = -crnn.ctc.score(view, targets[sequence, : target_lengths[sequence]], blank)
        assert losses[sequence] == pytest.approx(expected, abs=1e-5)
    step = 1e-3
    for _ in range(20):
        place = tuple(random.integers((frames, batch, classes)))
        moved = logits.copy()
        moved[place] += step
        above = crnn.ctc.loss(log_softmax(moved), targets, input_lengths, target_lengths, blank)[0].sum(dtype=BIG)
        moved[place] -= 2 * step
        below = crnn.ctc.loss(log_softmax(moved), targets, input_lengths, target_lengths, blank)[0].sum(dtype=BIG)
        assert gradient[place] == pytest.approx((above - below) / (2 * step), abs=2e-3), (seed, place)
    assert not gradient[5:, 1].any() and not gradient[6:, 2].any()


def test_losses_that_are_infinite_or_certain() -> None:
    scores = log_softmax(np.zeros((2, 3, 4), np.float32))
    losses, gradient = crnn.ctc.loss(scores, [[1, 1], [1, 2], [3, 3]], [2, 2, 0], [2, 2, 0])
    assert losses[0] == np.inf and np.isfinite(losses[1]) and losses[2] == 0
    assert not gradient[:, 0].any() and gradient[:, 1].any() and not gradient[:, 2].any()
    certain = np.where(np.eye(3)[[1, 0, 1]] == 1, 0, -np.inf).astype(np.float32)
    assert crnn.ctc.score(certain, [1, 1]) == 0
    assert crnn.ctc.score(certain, [1, 2]) == -np.inf


@pytest.mark.parametrize("tokens", [[1], [1, 2], [2, 2, 1]])
def test_impossible_transcripts_have_no_alignment(tokens: List[int]) -> None:
    for frames in (5, 6, 50):
        nothing = np.full((frames, 4), -np.inf, np.float32)
        with pytest.raises(crnn.InvalidInputError, match="probability of the transcript is 0"):
            crnn.ctc.align(nothing, tokens)
        never = np.zeros((frames, 4), np.float32)
        never[:, tokens[-1]] = -np.inf
        with pytest.raises(crnn.InvalidInputError, match="probability of the transcript is 0"):
            crnn.ctc.align(never, tokens)
        assert crnn.ctc.align(nothing, []) == ()


@pytest.mark.parametrize("arguments, message", [
    (([[0.5, -1.0]], [1]), "certainty"),
    (([[np.nan, -1.0]], [1]), r"NaN"),
    (([[-1.0, -1.0]], [2]), "token 0 is 2"),
    (([[-1.0, -1.0]], [0]), "other than the blank"),
    (([[-1.0, -1.0]], [1], 5), "blank is class 5"),
    (([[-1.0, -1.0]], [[1]]), "class numbers"),
    (([-1.0], [1]), "shape"),
])
@pytest.mark.parametrize("function", [crnn.ctc.score, crnn.ctc.align])
def test_bad_arguments(function: object, arguments: tuple, message: str) -> None:
    with pytest.raises(crnn.Error, match=message):
        function(*arguments)  # type: ignore[operator]


@pytest.mark.parametrize("changed, message", [
    ({"input_lengths": [3, 2]}, r"input_lengths\[0\] is 3"),
    ({"input_lengths": [2]}, "input_lengths has 1"),
    ({"target_lengths": [3, 1]}, "target_lengths go"),
    ({"targets": [1, 2, 1], "target_lengths": [1, 1]}, "1 of the 3 targets over"),
    ({"targets": [1, 2], "target_lengths": [1, 2]}, r"target_lengths\[1\] is 2"),
    ({"targets": [1, 2], "target_lengths": None}, "target_lengths are needed"),
    ({"targets": [[1], [7]], "target_lengths": [1, 1]}, "sequence 1: token 0 is 7"),
])
def test_bad_batches(changed: dict, message: str) -> None:
    arguments = {"scores": log_softmax(np.zeros((2, 2, 3), np.float32)), "targets": [[1, 2], [2, 1]],
                 "input_lengths": [2, 2], "target_lengths": [2, 2], **changed}
    with pytest.raises(crnn.Error, match=message):
        crnn.ctc.loss(**arguments)


@functools.lru_cache(maxsize=None)
def distance(first: Sequence[object], second: Sequence[object]) -> int:
    if not first or not second:
        return len(first) + len(second)
    return min(distance(first[1:], second[1:]) + (first[0] != second[0]), distance(first[1:], second) + 1,
               distance(first, second[1:]) + 1)


@pytest.mark.parametrize("seed", range(20))
def test_error_rates(seed: int) -> None:
    random = np.random.default_rng(seed)
    first, second = ("".join(random.choice(list("aé 日😀"), random.integers(0, 7))) for _ in range(2))
    for rate, split in ((crnn.cer, list), (crnn.wer, str.split)):
        errors = distance(tuple(split(first)), tuple(split(second)))
        length = len(split(first))
        expected = errors / length if length else (float("inf") if errors else 0.0)
        assert rate(first, second) == expected, (seed, first, second)
    assert crnn.cer([first, "ab"], [second, "ab"]) == distance(first, second) / (len(first) + 2)


def test_error_rates_of_lists_need_equally_many() -> None:
    with pytest.raises(crnn.InvalidArgumentError, match="1 references for 2"):
        crnn.cer(["a"], ["a", "b"])
