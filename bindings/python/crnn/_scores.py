"""What the functions of `ctc` take and give."""

from __future__ import annotations

import ctypes
import functools
from dataclasses import dataclass
from typing import Any, Optional, Sequence, Tuple

import numpy as np

from . import _api, _arguments
from ._errors import InvalidArgumentError, InvalidInputError

_KINDS = {"log_probabilities": _api.ScoreKind.LOG_PROBABILITIES, "probabilities": _api.ScoreKind.PROBABILITIES,
          "logits": _api.ScoreKind.LOGITS}


@dataclass(frozen=True)
class Span:
    """Where a token of a transcript lies."""

    #: Class of the token.
    token: int
    #: The frames start ... end - 1.
    start: int
    end: int
    #: Mean log-probability of the token over its frames.
    score: float


def spans_of(spans: Any) -> Tuple[Span, ...]:
    return tuple(
        Span(span.token, span.first_frame, span.first_frame + span.frame_count, span.score) for span in spans
    )


def score_array(scores: Any, rank: int, layout: str = "[frames, sequences, classes]") -> np.ndarray:
    """Scores as the library takes them: float32, contiguous."""
    array = np.asarray(scores)
    if not np.can_cast(array.dtype, np.float32, "same_kind"):
        raise InvalidInputError(f"scores are float32 numbers, not {array.dtype}")
    if array.ndim != rank:
        expected = "[frames, classes]" if rank == 2 else layout
        raise InvalidInputError(f"scores have shape {expected}, not {list(array.shape)}")
    return np.require(array, np.float32, ["C", "A"])


def options(blank: int, kind: str, labels: Optional[Sequence[str]] = None) -> _api.ctc_options:
    if kind not in _KINDS:
        raise InvalidArgumentError(f"kind is {kind!r}; expected one of {', '.join(_KINDS)}")
    result = _api.ctc_options(blank=_arguments.int32(blank, "blank"), kind=_KINDS[kind])
    if labels is not None:
        texts = _texts(tuple(labels))
        result.labels, result.label_count = texts, len(texts)
    return result


def class_numbers(values: Any, what: str) -> np.ndarray:
    array = np.asarray(values)
    if array.size == 0:
        return np.empty(0, np.int32)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise InvalidInputError(f"{what} are a list of class numbers, not {array.dtype} of shape {list(array.shape)}")
    if array.min() < -(2**31) or array.max() >= 2**31:
        raise InvalidInputError(f"{what} go from {array.min()} to {array.max()}, which is beyond 32 bits")
    return np.require(array, np.int32, ["C", "A"])


def lengths_of(values: Any, count: int, default: int, what: str) -> np.ndarray:
    if values is None:
        return np.full(count, default, np.int32)
    array = class_numbers(values, what)
    if len(array) != count:
        raise InvalidArgumentError(f"{what} has {len(array)} elements, expected one for each of {count} sequences")
    return array


@functools.lru_cache(maxsize=16)
def _texts(labels: Tuple[str, ...]) -> "ctypes.Array[ctypes.c_char_p]":
    return (ctypes.c_char_p * len(labels))(*(_arguments.text(label, "a label") for label in labels))
