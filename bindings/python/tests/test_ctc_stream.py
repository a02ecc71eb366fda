"""Streams and batches of a beam search: the same as one sequence at once."""

from __future__ import annotations

import pathlib
import threading
from typing import Any, List

import numpy as np
import pytest

import crnn
from crnn.ctc import BeamSearch
from ctc_brute_force import random_scores
from test_ctc_texts import scorer

LABELS = list("abcdefg ")
SEARCHES = [
    BeamSearch(LABELS, width=12),
    BeamSearch(LABELS, width=12, token_count=4, token_min_log_probability=-6, blank=3),
    BeamSearch(LABELS, width=12, hotwords={"abc": 3, "de fg": 4}),
    BeamSearch(LABELS, width=12, lexicon=["a", "bc", "def", "gab"], language_model=scorer),
    BeamSearch(LABELS, width=12, lexicon=["a", "bc"], lexicon_penalty=2, language_model=scorer,
               scorer_unit="characters"),
    BeamSearch(LABELS, width=12, kind="logits"),
]


def peaked(seed: int, frames: int, classes: int = 9, sharpness: float = 8) -> np.ndarray:
    """Scores as trained networks give them: sure of most frames."""
    scores = random_scores(seed, frames, classes, 3)
    sure = np.random.default_rng(seed).random(frames) < 0.8
    scores[sure] *= sharpness
    return (scores - np.log(np.exp(scores).sum(-1, keepdims=True))).astype(np.float32)


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("seed", range(3))
def test_frames_in_parts_give_the_same_as_all_at_once(search: BeamSearch, seed: int) -> None:
    scores = peaked(seed, 60)
    expected = search(scores, n_best=12)
    for step in (1, 7, 60):
        with search.stream() as stream:
            stable: List[str] = [stream.stable]
            for first in range(0, 60, step):
                stream.push(scores[first: first + step])
                stable.append(stream.stable)
                best = stream.best()
                assert best == search(scores[: first + step])[0]
                assert best.text.startswith(stable[-1]) or search is SEARCHES[3]
            assert stream.hypotheses(12) == expected
            assert all(later.startswith(earlier) for earlier, later in zip(stable, stable[1:]))
            assert all(item.text.startswith(stable[-1]) for item in expected)
            assert len(stable[-1]) > 0 or search is SEARCHES[3]
            assert "".join(LABELS[token - (token > (3 if search is SEARCHES[1] else 0))]
                           for token in stream.stable_tokens) == stable[-1]


def test_long_streams_keep_their_digits() -> None:
    """The scores of two texts differ by little, after many frames as after few."""
    part = np.log(np.full((4, 3), 0.001, np.float32))
    part[[0, 1, 2, 3], [1, 0, 2, 0]] = np.log(0.998)
    last = np.log(np.array([[0.1, 0.44, 0.46]], np.float32))
    stream = BeamSearch(["a", "b"], width=30).stream()
    for _ in range(40):
        stream.push(np.tile(part, (20, 1)))
    stream.push(last)
    first, second = stream.hypotheses(2)
    assert first.text == "ab" * 800 + "b" and second.text == "ab" * 800 + "a"
    scores = np.concatenate([np.tile(part, (800, 1)), last])
    expected = [crnn.ctc.score(scores, item.tokens) for item in (first, second)]
    assert first.acoustic - second.acoustic == pytest.approx(expected[0] - expected[1], abs=2e-5)
    assert first.acoustic == pytest.approx(expected[0], abs=0.05)
    assert stream.stable.startswith("ab" * 700)


def test_hours_of_frames() -> None:
    """What a text's frames and confidences take grows with the frames, not with frames times tokens."""
    random = np.random.default_rng(9)
    scores = np.full((40_000, 5), -9, np.float32)
    said = np.where(np.arange(40_000) % 3 == 0, random.integers(1, 5, 40_000), 0)
    scores[np.arange(40_000), said] = np.log(1 - 4 * np.exp(-9))
    scores[17_000:17_003, 1:3] = np.log(0.4)
    stream = BeamSearch(width=20).stream(5)
    stream.push(scores)
    best = stream.best()
    assert len(best.tokens) > 12_000 and len(best.frames) == len(best.confidences) == len(best.tokens)
    assert all(first <= last for (_, first), (last, _) in zip(best.frames, best.frames[1:]))
    unsure = [place for place, confidence in enumerate(best.confidences) if confidence < 0.9]
    assert 1 <= len(unsure) < 9 and all(abs(best.frames[place][0] - 17_000) < 6 for place in unsure)


def test_a_refused_push_changes_nothing() -> None:
    scores = peaked(1, 30)
    stream = BeamSearch(LABELS).stream()
    stream.push(scores[:20])
    before = stream.best()
    bad = scores[20:].copy()
    bad[5, 2] = np.nan
    for frames, error in ((bad, crnn.InvalidInputError), (scores[:, :4], crnn.InvalidInputError),
                          (np.ones((2, 9), np.float32), crnn.InvalidInputError),
                          (scores[0], crnn.InvalidInputError)):
        with pytest.raises(error):
            stream.push(frames)
    stream.push(scores[:0])
    assert stream.best() == before
    stream.push(scores[20:])
    assert stream.best() == BeamSearch(LABELS)(scores)[0]
    stream.close()
    with pytest.raises(crnn.InvalidHandleError):
        stream.best()


def test_streams_before_any_frame_and_without_labels() -> None:
    stream = BeamSearch(LABELS).stream()
    assert (stream.best().text, stream.best().score, stream.stable) == ("", 0, "")
    with pytest.raises(crnn.InvalidArgumentError, match="class_count"):
        BeamSearch().stream()
    scores = peaked(2, 40)
    stream = BeamSearch().stream(9)
    stream.push(scores)
    assert stream.best() == BeamSearch()(scores)[0] and stream.best().text == ""
    assert stream.best().tokens[: len(stream.stable_tokens)] == stream.stable_tokens != ()
    for count in (0, -1, 8, 2**40):
        with pytest.raises(crnn.Error):
            BeamSearch(LABELS).stream(count)


def test_a_stream_outlives_its_search() -> None:
    search: Any = BeamSearch(LABELS, lexicon=["abc", "d"], lexicon_penalty=3)
    scores = peaked(3, 30)
    expected, stream = search(scores)[0], search.stream(hotwords={"g": 0})
    del search
    stream.push(scores)
    assert stream.best() == expected


@pytest.mark.parametrize("search", SEARCHES[:4])
def test_batches(search: BeamSearch) -> None:
    sequences = [peaked(seed, 25) for seed in range(5)]
    lengths = [25, 3, 0, 17, 24]
    expected = tuple(search(scores[:length], 4) for scores, length in zip(sequences, lengths))
    assert search.batch(np.stack(sequences), lengths, 4) == expected
    assert search.batch(np.stack(sequences, 1), lengths, 4, time_major=True) == expected
    assert search.batch(np.stack(sequences), n_best=2) == tuple(search(scores, 2) for scores in sequences)
    assert search.batch(np.zeros((0, 5, 9), np.float32)) == ()
    for bad in ([26, 0, 0, 0, 0], [-1, 0, 0, 0, 0], [1, 2]):
        with pytest.raises(crnn.InvalidArgumentError, match="lengths"):
            search.batch(np.stack(sequences), bad)
    sequences[3][1, 1] = np.nan
    with pytest.raises(crnn.InvalidInputError, match="sequence 3: .*frame 1"):
        search.batch(np.stack(sequences), lengths)


def test_element_types() -> None:
    search = BeamSearch(LABELS)
    scores = peaked(4, 30).astype(np.float16)
    expected = search(scores.astype(np.float32))
    assert search(scores) == search(scores.astype(np.float64)) == expected
    half = crnn.ctc._api.tensor(shape=crnn._tensors.c_shape(scores.shape), data=scores.ctypes.data, rank=2,
                                byte_count=scores.nbytes, type=crnn._api.Type.FLOAT16)
    import ctypes
    result = ctypes.POINTER(crnn._api.hypotheses)()
    crnn._api.decoder_decode(search._handle, ctypes.byref(half), None, ctypes.byref(result))
    assert result.contents.items[0].score == expected[0].score
    crnn._api.hypotheses_free(result)
    half.type, half.byte_count = crnn._api.Type.INT16, scores.nbytes
    with pytest.raises(crnn.InvalidInputError, match="floating-point"):
        crnn._api.decoder_decode(search._handle, ctypes.byref(half), None, ctypes.byref(result))


def test_threads_share_a_search() -> None:
    for search in (SEARCHES[0], SEARCHES[3]):
        sequences = [peaked(seed, 40) for seed in range(4)]
        expected = [search(scores, 3) for scores in sequences]
        found: List[Any] = [None] * 4

        def work(index: int) -> None:
            for _ in range(5):
                found[index] = search(sequences[index], 3)

        threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == expected


def test_a_model_reads_with_a_search(checkout: pathlib.Path) -> None:
    pytest.importorskip("PIL")
    model = crnn.Model(checkout / "examples/models/reader.onnx")
    for path in sorted((checkout / "examples/images").glob("*.png"))[:4]:
        greedy = model.read(path)
        reading = model.read(path, decoder=BeamSearch(width=50))
        assert reading.text == greedy.text and reading.frame_count == greedy.frame_count
        assert 0 < reading.confidence <= min(item.confidence for item in reading.characters) + 1e-6
        for item, other in zip(reading.characters, greedy.characters):
            assert item.text == other.text and item.width > 0
            assert abs(item.x - other.x) <= max(item.width, other.width)
    date = checkout / "examples/images/date.png"
    assert model.read(date, decoder=BeamSearch(hotwords={"Thursdaz": 30})).text.startswith("Thursdaz")
    words = model.read(date, decoder=BeamSearch(lexicon=["March", "2024"])).text.split()
    assert words and set(words) <= {"March", "2024"}

    def raising(state: object, word: object) -> Any:
        raise KeyError("word")

    with pytest.raises(KeyError):
        model.read(date, decoder=BeamSearch(language_model=raising))
