"""Greedy CTC decoding."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import List, Optional, Sequence, Tuple

import numpy as np
import pytest

import crnn

LABELS = ["a", "b", "ll", "é", " "]

#: Label, first frame and number of frames of a character.
Span = Tuple[int, int, int]


def best_path(scores: np.ndarray, labels: Optional[Sequence[str]], blank: int) -> Tuple[str, List[Span]]:
    """Graves et al. 2006 in its plainest form."""
    characters: List[Span] = []
    previous = blank
    for frame, label in enumerate(scores.argmax(axis=1)):
        if label == previous and label != blank:
            kind, first, count = characters[-1]
            characters[-1] = (kind, first, count + 1)
        elif label != blank:
            characters.append((int(label), frame, 1))
        previous = label
    text = "" if labels is None else "".join(labels[label - (label > blank)] for label, _, _ in characters)
    return text, characters


def log_softmax(scores: np.ndarray) -> np.ndarray:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return (shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))).astype(np.float32)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("blank", [0, 2, 5])
def test_is_the_best_path(seed: int, blank: int) -> None:
    random = np.random.default_rng(seed)
    logits = (3 * random.standard_normal((int(random.integers(1, 60)), len(LABELS) + 1))).astype(np.float32)
    scores = log_softmax(logits)
    reading = crnn.ctc.greedy(scores, LABELS, blank)
    text, characters = best_path(scores, LABELS, blank)
    assert reading.text == text
    assert [(item.label, item.first_frame, item.frame_count) for item in reading.characters] == characters
    assert reading.frame_count == len(scores)
    for item in reading.characters:
        assert item.text == LABELS[item.label - (item.label > blank)]
        frames = scores[item.first_frame : item.first_frame + item.frame_count, item.label]
        assert item.confidence == pytest.approx(float(np.exp(frames.max())), rel=1e-4)
        assert item.x == item.width == 0
    if characters:
        assert reading.confidence == pytest.approx(np.mean([item.confidence for item in reading.characters]), rel=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_kinds_of_scores(seed: int) -> None:
    logits = (3 * np.random.default_rng(seed).standard_normal((30, 6))).astype(np.float32)
    logs = log_softmax(logits)
    readings = [
        crnn.ctc.greedy(logs, LABELS),
        crnn.ctc.greedy(np.exp(logs), LABELS, kind="probabilities"),
        crnn.ctc.greedy(logits, LABELS, kind="logits"),
    ]
    assert len({reading.text for reading in readings}) == 1
    for reading in readings:
        assert [item.confidence for item in reading.characters] == pytest.approx(
            [item.confidence for item in readings[0].characters], rel=1e-4)


def test_without_labels() -> None:
    scores = np.log(np.array([[0.1, 0.9], [0.8, 0.2], [0.2, 0.8]], np.float32))
    reading = crnn.ctc.greedy(scores)
    assert reading.text == ""
    assert [item.label for item in reading.characters] == [1, 1]


def test_labels_as_a_string() -> None:
    scores = np.log(np.array([[0.1, 0.8, 0.1], [0.1, 0.1, 0.8]], np.float32))
    assert crnn.ctc.greedy(scores, "xy").text == "xy"


def test_confidence_of_an_empty_text_is_the_blanks() -> None:
    scores = np.log(np.array([[0.9, 0.1], [0.7, 0.3]], np.float32))
    assert crnn.ctc.greedy(scores, "x").confidence == pytest.approx(0.8)


def test_lowest_class_wins_ties() -> None:
    scores = np.full((1, 3), np.log(1 / 3), np.float32)
    assert crnn.ctc.greedy(scores, "xy").text == ""
    assert crnn.ctc.greedy(scores, "xy", blank=2).text == "x"


def test_minus_infinity_is_a_log_probability() -> None:
    scores = np.array([[-np.inf, 0], [0, -np.inf]], np.float32)
    reading = crnn.ctc.greedy(scores, "x")
    assert reading.text == "x" and reading.confidence == 1


def test_other_arrays() -> None:
    scores = log_softmax(np.random.default_rng(1).standard_normal((20, 6)))
    expected = crnn.ctc.greedy(scores, LABELS)
    assert crnn.ctc.greedy(np.asfortranarray(scores), LABELS) == expected
    assert crnn.ctc.greedy(scores.astype(np.float64), LABELS) == expected
    assert crnn.ctc.greedy(scores.tolist(), LABELS) == expected
    assert crnn.ctc.greedy(np.repeat(scores, 2, axis=0)[::2], LABELS) == expected


@pytest.mark.parametrize("blank", [-1, 6, 2**31 - 1, 2**40])
def test_wrong_blank(blank: int) -> None:
    with pytest.raises(crnn.InvalidArgumentError, match="blank"):
        crnn.ctc.greedy(np.zeros((3, 6), np.float32), LABELS, blank)


@pytest.mark.parametrize("labels", [[], LABELS[:-1], LABELS + ["x"]])
def test_wrong_number_of_labels(labels: List[str]) -> None:
    with pytest.raises(crnn.InvalidArgumentError, match="label"):
        crnn.ctc.greedy(np.zeros((3, 6), np.float32), labels)


def test_nan_is_refused() -> None:
    scores = np.zeros((3, 6), np.float32)
    scores[1, 4] = np.nan
    with pytest.raises(crnn.InvalidInputError, match="(?i)nan|not a number"):
        crnn.ctc.greedy(scores, LABELS)


def test_wrong_scores() -> None:
    for scores in (np.zeros(6, np.float32), np.zeros((1, 3, 6), np.float32), np.zeros((3, 6), complex),
                   np.array([["a"]])):
        with pytest.raises(crnn.InvalidInputError, match="scores"):
            crnn.ctc.greedy(scores, LABELS)
    with pytest.raises(crnn.InvalidArgumentError, match="kind"):
        crnn.ctc.greedy(np.zeros((3, 6), np.float32), LABELS, kind="odds")
    with pytest.raises(TypeError, match="label"):
        crnn.ctc.greedy(np.zeros((3, 2), np.float32), [1])  # type: ignore[list-item]


def test_no_frames() -> None:
    reading = crnn.ctc.greedy(np.zeros((0, 6), np.float32), LABELS)
    assert reading.text == "" and reading.characters == () and reading.frame_count == 0


def test_readings_are_values() -> None:
    scores = np.log(np.float32([[0.1, 0.8, 0.1], [0.8, 0.1, 0.1], [0.1, 0.2, 0.7]]))
    reading, other = (crnn.ctc.greedy(scores, ["é", "bc"]) for _ in range(2))
    assert pickle.loads(pickle.dumps(reading)) == reading == copy.copy(other) and hash(reading) == hash(other)
    assert [character.text for character in dataclasses.replace(other, text="").characters] == ["é", "bc"]
    assert "characters=(Character(text='é'" in repr(reading) and reading.text == "ébc"
    assert crnn.ctc.greedy(scores[1:2], ["é", "bc"]).characters == ()
    with pytest.raises(AttributeError, match="nothing"):
        reading.nothing
