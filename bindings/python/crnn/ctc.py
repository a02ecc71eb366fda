"""Connectionist temporal classification: from scores to text."""

from __future__ import annotations

import ctypes
import functools
from typing import Any, Optional, Sequence, Tuple

import numpy as np

from . import _api, _arguments, _reading
from ._errors import InvalidArgumentError, InvalidInputError
from ._reading import Reading
from ._tensors import address

__all__ = ["greedy"]

_KINDS = {"log_probabilities": _api.ScoreKind.LOG_PROBABILITIES, "probabilities": _api.ScoreKind.PROBABILITIES,
          "logits": _api.ScoreKind.LOGITS}


def greedy(scores: Any, labels: Optional[Sequence[str]] = None, blank: int = 0, *,
           kind: str = "log_probabilities") -> Reading:
    """Greedy (best path) decoding, Graves et al. 2006: the most probable class of every frame, repeats merged, blanks
    dropped.

    scores  [T, C]: T frames of C classes; float32 is read in place where contiguous, other real types are converted.
    labels  text of every class but the blank, in class order; a str gives one character a class. None gives an empty
            text and characters with labels by number only.
    blank   class of the blank.
    kind    what the scores are: "log_probabilities", "probabilities" or "logits" (unnormalised).

    With equal scores the lowest class wins. Raises InvalidInputError for NaN.
    """
    array = np.asarray(scores)
    if not np.can_cast(array.dtype, np.float32, "same_kind"):
        raise InvalidInputError(f"scores are float32 numbers, not {array.dtype}")
    if array.ndim != 2:
        raise InvalidInputError(f"scores have shape [frames, classes], not {list(array.shape)}")
    array = np.require(array, np.float32, ["C", "A"])
    if kind not in _KINDS:
        raise InvalidArgumentError(f"kind is {kind!r}; expected one of {', '.join(_KINDS)}")
    options = _api.ctc_options(blank=_arguments.int32(blank, "blank"), kind=_KINDS[kind])
    if labels is not None:
        texts = _texts(tuple(labels))
        options.labels, options.label_count = texts, len(texts)
    result = ctypes.POINTER(_api.reading)()
    _api.ctc_greedy(address(array), *array.shape, ctypes.byref(options), ctypes.byref(result))
    return _reading.take(result)


@functools.lru_cache(maxsize=16)
def _texts(labels: Tuple[str, ...]) -> "ctypes.Array[ctypes.c_char_p]":
    return (ctypes.c_char_p * len(labels))(*(_arguments.text(label, "a label") for label in labels))
