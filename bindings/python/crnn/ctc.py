"""Connectionist temporal classification: from scores to text."""

from __future__ import annotations

import ctypes
from typing import Any, Optional, Sequence, Tuple

import numpy as np

from . import _api, _reading
from ._beam_search import BeamSearch, Hypothesis, Hotword, Stream, Word
from ._errors import InvalidArgumentError, InvalidInputError
from ._language_model import LanguageModel
from ._lexicon import Lexicon
from ._reading import Reading
from ._scores import Span, class_numbers, lengths_of, options, score_array, spans_of
from ._tensors import address

__all__ = ["BeamSearch", "Hotword", "Hypothesis", "LanguageModel", "Lexicon", "Span", "Stream", "Word", "align",
           "greedy", "loss", "score"]


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
    array = score_array(scores, 2)
    settings = options(blank, kind, labels)
    result = ctypes.POINTER(_api.reading)()
    _api.ctc_greedy(address(array), *array.shape, ctypes.byref(settings), ctypes.byref(result))
    return _reading.take(result)


def align(scores: Any, tokens: Any, blank: int = 0, *, kind: str = "log_probabilities") -> Tuple[Span, ...]:
    """Forced alignment: where each token lies on the most probable path that spells them (Viterbi).

    scores, blank, kind  as for `greedy`.
    tokens               classes other than the blank.

    Raises InvalidInputError when the tokens take more frames than there are, or their probability is 0.
    """
    array, classes = score_array(scores, 2), class_numbers(tokens, "tokens")
    spans = (_api.ctc_span * len(classes))()
    _api.ctc_align(address(array), *array.shape, address(classes), len(classes), ctypes.byref(options(blank, kind)),
                   spans, None)
    return spans_of(spans)


def score(scores: Any, tokens: Any, blank: int = 0, *, kind: str = "log_probabilities") -> float:
    """ln P(tokens | scores), the sum over all paths that spell the tokens; -inf when none fits into the frames.

    Arguments as for `align`.
    """
    array, classes, result = score_array(scores, 2), class_numbers(tokens, "tokens"), ctypes.c_double()
    _api.ctc_score(address(array), *array.shape, address(classes), len(classes), ctypes.byref(options(blank, kind)),
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
    array = score_array(scores, 3)
    frame_count, batch_size, class_count = array.shape
    classes = np.asarray(targets)
    if classes.ndim == 2:
        if len(classes) != batch_size:
            raise InvalidInputError(f"{len(classes)} rows of targets for {batch_size} sequences")
        lengths = lengths_of(target_lengths, batch_size, classes.shape[1], "target_lengths")
        if lengths.size and not 0 <= lengths.min() <= lengths.max() <= classes.shape[1]:
            raise InvalidArgumentError(f"target_lengths go from {lengths.min()} to {lengths.max()}, expected 0 to "
                                       f"{classes.shape[1]}")
        classes = np.concatenate([row[:length] for row, length in zip(classes, lengths)] or [classes.reshape(0)])
    else:
        if target_lengths is None:
            raise InvalidArgumentError("target_lengths are needed with targets one after the other")
        lengths = lengths_of(target_lengths, batch_size, 0, "target_lengths")
    classes = class_numbers(classes, "targets")
    frames = lengths_of(input_lengths, batch_size, frame_count, "input_lengths")
    losses, gradient = np.empty(batch_size, np.float32), np.empty(array.shape, np.float32)
    _api.ctc_loss(address(array), *array.shape, address(classes), len(classes), address(frames), address(lengths),
                  ctypes.byref(options(blank, kind)), address(losses), address(gradient))
    return losses, gradient
