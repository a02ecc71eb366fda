"""Character and word error rates."""

from __future__ import annotations

import ctypes
from typing import Sequence, Union

from . import _api, _arguments
from ._errors import InvalidArgumentError

Texts = Union[str, Sequence[str]]


def cer(reference: Texts, hypothesis: Texts) -> float:
    """Character error rate: the fewest code points to insert, delete and replace that turn the references into the
    hypotheses (Levenshtein 1966), divided by the references' length.

    Both are a text each, or equally many texts, whose errors and lengths are summed. Nothing is normalised: case, white
    space and composed characters count. Without any reference text it is 0 when the hypotheses are empty, too, else
    infinite.
    """
    return _rate(reference, hypothesis, _api.TextUnit.CHARACTERS)


def wer(reference: Texts, hypothesis: Texts) -> float:
    """Word error rate: as `cer`, of words, which white space separates."""
    return _rate(reference, hypothesis, _api.TextUnit.WORDS)


def _rate(reference: Texts, hypothesis: Texts, unit: int) -> float:
    references = [reference] if isinstance(reference, str) else list(reference)
    hypotheses = [hypothesis] if isinstance(hypothesis, str) else list(hypothesis)
    if len(references) != len(hypotheses):
        raise InvalidArgumentError(f"{len(references)} references for {len(hypotheses)} hypotheses")
    errors = total = 0
    distance, length = ctypes.c_size_t(), ctypes.c_size_t()
    for expected, given in zip(references, hypotheses):
        _api.edit_distance(_arguments.text(expected, "a reference"), _arguments.text(given, "a hypothesis"), unit,
                           ctypes.byref(distance), ctypes.byref(length))
        errors += distance.value
        total += length.value
    if total == 0:
        return float("inf") if errors else 0.0
    return errors / total
