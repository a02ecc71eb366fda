"""Connectionist temporal classification: from scores to text."""

from __future__ import annotations

import ctypes
import functools
from dataclasses import dataclass
from typing import Any, Optional, Sequence, Tuple

import numpy as np

from . import _api, _arguments, _reading
from ._errors import InvalidArgumentError, InvalidInputError
from ._language_model import LanguageModel
from ._lexicon import Lexicon
from ._reading import Reading
from ._tensors import address

__all__ = ["BeamSearch", "Hypothesis", "LanguageModel", "Lexicon", "Span", "align", "greedy", "loss", "score"]

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
    array = _scores(scores, 2)
    options = _options(blank, kind, labels)
    result = ctypes.POINTER(_api.reading)()
    _api.ctc_greedy(address(array), *array.shape, ctypes.byref(options), ctypes.byref(result))
    return _reading.take(result)


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


@dataclass(frozen=True)
class Hypothesis:
    """A text that a search found."""

    #: Empty without labels.
    text: str
    #: Its classes.
    tokens: Tuple[int, ...]
    #: ln of its probability: of all paths that spell it and stay in the beam.
    score: float
    #: Where each token lies on the most probable path that spells them, as `align` gives it.
    spans: Tuple[Span, ...]


class BeamSearch:
    """CTC prefix beam search (Graves 2012; Hannun et al. 2014): the most probable texts rather than the most probable
    path. Any number of threads may use one at once.
    """

    def __init__(self, labels: Optional[Sequence[str]] = None, blank: int = 0, width: int = 100, *,
                 token_count: Optional[int] = None, token_min_log_probability: Optional[float] = None,
                 kind: str = "log_probabilities") -> None:
        """labels, blank, kind        as for `greedy`.
        width                      prefixes kept after each frame.
        token_count                classes looked at in a frame, the most probable ones; None means all.
        token_min_log_probability  classes less probable than this are not looked at in a frame; None means no limit.
        """
        if width < 1:
            raise InvalidArgumentError(f"width is {width}, expected 1 or more")
        if token_count is not None and token_count < 1:
            raise InvalidArgumentError(f"token_count is {token_count}, expected 1 or more")
        self._options = _options(blank, kind, labels)
        self._width = _arguments.int32(width, "width")
        self._token_count = _arguments.int32(token_count or 0, "token_count")
        # 0 stands for no limit in C; no class but a certain one is above a limit of minus almost nothing.
        self._token_min = 0.0 if token_min_log_probability is None else min(token_min_log_probability, -1e-30)

    def __call__(self, scores: Any, n_best: int = 1) -> Tuple[Hypothesis, ...]:
        """The n_best most probable texts of scores [T, C], the best first; fewer when the beam has no more."""
        if n_best < 1:
            raise InvalidArgumentError(f"n_best is {n_best}, expected 1 or more")
        array = _scores(scores, 2)
        beam = _api.beam_options(width=self._width, token_count=self._token_count,
                                 token_min_log_probability=self._token_min,
                                 hypothesis_count=_arguments.int32(n_best, "n_best"))
        result = ctypes.POINTER(_api.hypotheses)()
        _api.ctc_beam_search(address(array), *array.shape, ctypes.byref(self._options), ctypes.byref(beam),
                             ctypes.byref(result))
        try:
            return tuple(_hypothesis(item) for item in result.contents.items[: result.contents.count])
        finally:
            _api.hypotheses_free(result)


def _hypothesis(item: _api.hypothesis) -> Hypothesis:
    spans = _spans(item.tokens[: item.token_count])
    return Hypothesis(_api.decode(item.text or b""), tuple(span.token for span in spans), item.score, spans)


def _spans(spans: Any) -> Tuple[Span, ...]:
    return tuple(
        Span(span.token, span.first_frame, span.first_frame + span.frame_count, span.score) for span in spans
    )


def align(scores: Any, tokens: Any, blank: int = 0, *, kind: str = "log_probabilities") -> Tuple[Span, ...]:
    """Forced alignment: where each token lies on the most probable path that spells them (Viterbi).

    scores, blank, kind  as for `greedy`.
    tokens               classes other than the blank.

    Raises InvalidInputError when the tokens take more frames than there are, or their probability is 0.
    """
    array, classes = _scores(scores, 2), _classes(tokens, "tokens")
    spans = (_api.ctc_span * len(classes))()
    _api.ctc_align(address(array), *array.shape, address(classes), len(classes), ctypes.byref(_options(blank, kind)),
                   spans, None)
    return _spans(spans)


def score(scores: Any, tokens: Any, blank: int = 0, *, kind: str = "log_probabilities") -> float:
    """ln P(tokens | scores), the sum over all paths that spell the tokens; -inf when none fits into the frames.

    Arguments as for `align`.
    """
    array, classes, result = _scores(scores, 2), _classes(tokens, "tokens"), ctypes.c_double()
    _api.ctc_score(address(array), *array.shape, address(classes), len(classes), ctypes.byref(_options(blank, kind)),
                   ctypes.byref(result))
    return result.value


def loss(scores: Any, targets: Any, input_lengths: Any = None, target_lengths: Any = None, blank: int = 0, *,
         kind: str = "log_probabilities") -> Tuple[np.ndarray, np.ndarray]:
    """The CTC loss of a batch, -ln P(targets | scores) (Graves et al. 2006), and its gradient.

    scores          [T, N, C]: T frames of N sequences of C classes.
    targets         classes without blanks: [N, S], of which the first target_lengths[n] of each row count, or all
                    sequences' one after the other, [sum of target_lengths].
    input_lengths   [N], frames of each sequence; None means T.
    target_lengths  [N]; None means S.
    blank, kind     as for `greedy`.

    Returns losses [N] and the gradient of their sum, [T, N, C], with respect to the scores before the log-softmax that
    made them log-probabilities: exp(scores) minus the probability of being at the class. Targets that do not fit into
    the frames have an infinite loss and a gradient of zero.
    """
    array = _scores(scores, 3)
    frame_count, batch_size, class_count = array.shape
    classes = np.asarray(targets)
    if classes.ndim == 2:
        if len(classes) != batch_size:
            raise InvalidInputError(f"{len(classes)} rows of targets for {batch_size} sequences")
        lengths = _lengths(target_lengths, batch_size, classes.shape[1], "target_lengths")
        if lengths.size and not 0 <= lengths.min() <= lengths.max() <= classes.shape[1]:
            raise InvalidArgumentError(f"target_lengths go from {lengths.min()} to {lengths.max()}, expected 0 to "
                                       f"{classes.shape[1]}")
        classes = np.concatenate([row[:length] for row, length in zip(classes, lengths)] or [classes.reshape(0)])
    else:
        if target_lengths is None:
            raise InvalidArgumentError("target_lengths are needed with targets one after the other")
        lengths = _lengths(target_lengths, batch_size, 0, "target_lengths")
    classes = _classes(classes, "targets")
    frames = _lengths(input_lengths, batch_size, frame_count, "input_lengths")
    losses, gradient = np.empty(batch_size, np.float32), np.empty(array.shape, np.float32)
    _api.ctc_loss(address(array), *array.shape, address(classes), len(classes), address(frames), address(lengths),
                  ctypes.byref(_options(blank, kind)), address(losses), address(gradient))
    return losses, gradient


def _scores(scores: Any, rank: int) -> np.ndarray:
    array = np.asarray(scores)
    if not np.can_cast(array.dtype, np.float32, "same_kind"):
        raise InvalidInputError(f"scores are float32 numbers, not {array.dtype}")
    if array.ndim != rank:
        expected = "[frames, classes]" if rank == 2 else "[frames, sequences, classes]"
        raise InvalidInputError(f"scores have shape {expected}, not {list(array.shape)}")
    return np.require(array, np.float32, ["C", "A"])


def _options(blank: int, kind: str, labels: Optional[Sequence[str]] = None) -> _api.ctc_options:
    if kind not in _KINDS:
        raise InvalidArgumentError(f"kind is {kind!r}; expected one of {', '.join(_KINDS)}")
    options = _api.ctc_options(blank=_arguments.int32(blank, "blank"), kind=_KINDS[kind])
    if labels is not None:
        texts = _texts(tuple(labels))
        options.labels, options.label_count = texts, len(texts)
    return options


def _classes(values: Any, what: str) -> np.ndarray:
    array = np.asarray(values)
    if array.size == 0:
        return np.empty(0, np.int32)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise InvalidInputError(f"{what} are a list of class numbers, not {array.dtype} of shape {list(array.shape)}")
    if array.min() < -(2**31) or array.max() >= 2**31:
        raise InvalidInputError(f"{what} go from {array.min()} to {array.max()}, which is beyond 32 bits")
    return np.require(array, np.int32, ["C", "A"])


def _lengths(values: Any, count: int, default: int, what: str) -> np.ndarray:
    if values is None:
        return np.full(count, default, np.int32)
    array = _classes(values, what)
    if len(array) != count:
        raise InvalidArgumentError(f"{what} has {len(array)} elements, expected one for each of {count} sequences")
    return array


@functools.lru_cache(maxsize=16)
def _texts(labels: Tuple[str, ...]) -> "ctypes.Array[ctypes.c_char_p]":
    return (ctypes.c_char_p * len(labels))(*(_arguments.text(label, "a label") for label in labels))
