"""Scores as a network gives them for a line of text: peaks with blanks between, and doubts."""

from __future__ import annotations

from typing import Sequence

import numpy as np


def posteriors(tokens: Sequence[int], frame_count: int, class_count: int, seed: int = 0) -> np.ndarray:
    """Log-probabilities [T, C] that spell the tokens, blank 0. One in eight tokens has a rival almost as likely."""
    random = np.random.default_rng(seed)
    logits = random.standard_normal((frame_count, class_count))
    if class_count > 1000:
        # A net of many classes is as sure of its choice as one of few.
        logits -= np.log(class_count / 100)
    # A token takes a frame or two; the blank has the others.
    starts = np.linspace(0, frame_count, len(tokens), endpoint=False).astype(int)
    sure = lambda: random.normal(9, 1.5)
    target = np.zeros(frame_count, int)
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else frame_count
        length = 1 if end - start < 3 else int(random.integers(1, 3))
        target[start : start + length] = tokens[index]
        if random.random() < 0.125:
            logits[start : start + length, random.integers(1, class_count)] += sure() - 1
    for frame, label in enumerate(target):
        logits[frame, label] += sure()
    shifted = logits - logits.max(1, keepdims=True)
    return (shifted - np.log(np.exp(shifted).sum(1, keepdims=True))).astype(np.float32)
