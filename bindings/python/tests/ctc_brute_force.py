"""CTC by enumeration: what every search is compared with."""

from __future__ import annotations

import itertools
from typing import Callable, Dict, Iterable, Sequence, Tuple

import numpy as np


def random_scores(seed: int, frames: int, classes: int, sharpness: float = 2) -> np.ndarray:
    logits = sharpness * np.random.default_rng(seed).standard_normal((frames, classes))
    return (logits - np.log(np.exp(logits).sum(-1, keepdims=True))).astype(np.float32)


def all_texts(scores: np.ndarray, blank: int = 0) -> Dict[Tuple[int, ...], float]:
    """ln of the probability of every text, over all paths."""
    found: Dict[Tuple[int, ...], float] = {}
    for path in itertools.product(range(scores.shape[1]), repeat=len(scores)):
        text = tuple(label for label, _ in itertools.groupby(path) if label != blank)
        value = sum(float(scores[frame, label]) for frame, label in enumerate(path))
        found[text] = np.logaddexp(found.get(text, -np.inf), value)
    return found


def spell(tokens: Iterable[int], labels: Sequence[str]) -> str:
    """With the blank at class 0."""
    return "".join(labels[token - 1] for token in tokens)


def occurrences(text: str, phrase: str, anywhere: bool = False) -> int:
    if not anywhere:
        text, phrase = f" {text} ", f" {phrase} "
    return sum(text.startswith(phrase, place) for place in range(len(text)))


#: What a language model gives: (words or characters so far, the next one or None at the end) -> ln P.
Probability = Callable[[Tuple[str, ...], object], float]


def language_score(units: Sequence[str], probability: Probability, eos: bool = True) -> float:
    score = sum(probability(tuple(units[:place]), unit) for place, unit in enumerate(units))
    return score + (probability(tuple(units), None) if eos else 0)
