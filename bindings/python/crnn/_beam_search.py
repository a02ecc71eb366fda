"""Prefix beam search."""

from __future__ import annotations

import contextlib
import ctypes
from dataclasses import dataclass
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence, Tuple, Union

import numpy as np

from . import _api, _arguments
from ._errors import InvalidArgumentError
from ._language_model import LanguageModel
from ._lexicon import AnyLexicon, as_lexicon
from ._owned import Owned
from ._scorer import Scorer, ScoreFunction
from ._scores import lengths_of, options, score_array
from ._tensors import address, c_shape
from ._word import Word


@dataclass(frozen=True)
class Hotword:
    """A phrase that a search is to favour."""

    text: str
    #: Added to a text's score each time the phrase occurs there; below 0 to disfavour it.
    boost: float = 10.0
    #: Whether it counts within words, too.
    anywhere: bool = False


#: Phrases with their boosts, or phrases alone, which take a hotword's default.
Hotwords = Union[Mapping[str, float], Iterable[Union[str, Hotword]]]


@dataclass(frozen=True)
class Hypothesis:
    """A text that a search found."""

    #: Empty without labels.
    text: str
    #: Its classes.
    tokens: Tuple[int, ...]
    #: What it was ranked by: the sum of acoustic, language and bonus.
    score: float
    #: Where each token lies on the most probable path that spells them, as `align` gives it: frames start ... end - 1.
    frames: Tuple[Tuple[int, int], ...]
    #: The text's probability, P(tokens | scores).
    confidence: float
    #: For each token, the probability of the hypothesis among the texts that differ from it in this token at most: it
    #: is another one, or is not there.
    confidences: Tuple[float, ...]
    #: Empty without labels.
    words: Tuple[Word, ...]
    #: ln of the probability of all paths that spell it and stay in the beam.
    acoustic: float
    #: alpha · ln P of the language model.
    language: float
    #: What lexicon, hotwords and beta added.
    bonus: float

    def seconds(self, frame_seconds: float) -> Tuple[Tuple[float, float], ...]:
        """Each token's frames as seconds from the first frame's beginning: `Model.frame_seconds` apart."""
        return tuple((start * frame_seconds, end * frame_seconds) for start, end in self.frames)


class BeamSearch(Owned):
    """CTC prefix beam search (Graves 2012; Hannun et al. 2014): the most probable texts rather than the most probable
    path. Any number of threads may use one at once.
    """

    def __init__(self, labels: Optional[Sequence[str]] = None, blank: int = 0, width: int = 100,
                 token_count: Optional[int] = None, token_min_log_probability: Optional[float] = None,
                 lexicon: Optional[AnyLexicon] = None,
                 language_model: Union[LanguageModel, ScoreFunction, None] = None, alpha: float = 0.5,
                 beta: float = 1.0, hotwords: Optional[Hotwords] = None, *, lexicon_penalty: Optional[float] = None,
                 unknown_score: float = 0.0, bos: bool = True, eos: bool = True, scorer_unit: str = "words",
                 kind: str = "log_probabilities") -> None:
        """labels, blank, kind        as for `greedy`. A label that is a space, or begins with one, ends a word.
                                   `Model.read` takes its model's instead.
        width                      prefixes kept after each frame.
        token_count                classes looked at in a frame, the most probable ones; None means all.
        token_min_log_probability  classes less probable than this are not looked at in a frame; None means no limit.
        lexicon                    the words that there are: a `Lexicon`, a path for `Lexicon.open`, or several strings.
        lexicon_penalty            taken off for each word that is not in the lexicon; None finds no such words.
        language_model             a `LanguageModel`; or a function of a state and a word that returns
                                   ln P(word | state) and the state after the word. The first state is None; the word
                                   None asks for the end of the sentence. It is asked often, and must always give the
                                   same for the same.
        scorer_unit                what such a function scores: "words" or "characters".
        alpha, beta                weight of the language model's ln P, and what is added for each word, or character
                                   of a character model, that it scores.
        unknown_score              added to ln P of words that the language model does not know.
        bos, eos                   whether a text begins a sentence for the language model, and ends it.
        hotwords                   phrases to favour, with their boosts: {"Kellermann": 8.0}; or phrases or `Hotword`s.
        """
        if width < 1:
            raise InvalidArgumentError(f"width is {width}, expected 1 or more")
        if token_count is not None and token_count < 1:
            raise InvalidArgumentError(f"token_count is {token_count}, expected 1 or more")
        if scorer_unit not in ("words", "characters"):
            raise InvalidArgumentError(f"scorer_unit is {scorer_unit!r}; expected 'words' or 'characters'")
        beam = _api.beam_options(width=_arguments.int32(width, "width"), alpha=alpha, beta=beta,
                                 token_count=_arguments.int32(token_count or 0, "token_count"),
                                 unknown_score=unknown_score,
                                 continues_sentence=not bos, unfinished_sentence=not eos)
        # 0 stands for no limit in C; no class but a certain one is above a limit of minus almost nothing.
        if token_min_log_probability is not None:
            beam.token_min_log_probability = min(token_min_log_probability, -1e-30)
        # Words cost nothing when a penalty of 0 is asked for, which stands for infinity in C.
        if lexicon is not None and lexicon_penalty != 0:
            words = as_lexicon(lexicon)
            beam.lexicon, beam.lexicon_penalty = words._handle, lexicon_penalty or 0
        self._scorer: Optional[Scorer] = None
        if language_model is not None:
            if isinstance(language_model, LanguageModel):
                beam.language_model = language_model._handle
            else:
                self._scorer = Scorer(language_model)
                beam.scorer = self._scorer.function
                beam.scorer_unit = _api.TextUnit[scorer_unit.upper()]
        beam.hotwords, beam.hotword_count = _phrases(hotwords)
        self._class_count = None if labels is None else len(labels) + 1
        settings, handle = options(blank, kind, labels), ctypes.c_void_p()
        _api.decoder_create(ctypes.byref(settings), ctypes.byref(beam), ctypes.byref(handle))
        self._own(handle.value or 0, _api.decoder_release, "the search")

    def __call__(self, scores: Any, n_best: int = 1, *, hotwords: Optional[Hotwords] = None) -> Tuple[Hypothesis, ...]:
        """The n_best best texts of scores [T, C], the best first; fewer when the beam has no more.

        hotwords  used instead of those that the search was made with.
        """
        return self._decode(score_array(scores, 2), n_best, hotwords)[0]

    def batch(self, scores: Any, lengths: Any = None, n_best: int = 1, *, time_major: bool = False,
              hotwords: Optional[Hotwords] = None) -> Tuple[Tuple[Hypothesis, ...], ...]:
        """The n_best best texts of each of N sequences.

        scores      [N, T, C], or [T, N, C] when time_major.
        lengths     [N], frames of each sequence; None means T.
        """
        array = score_array(scores, 3, "[sequences, frames, classes]")
        frames, count = array.shape[:2] if time_major else array.shape[1::-1]
        return self._decode(array, n_best, hotwords, count, lengths_of(lengths, count, frames, "lengths"), time_major)

    def stream(self, class_count: Optional[int] = None, *, hotwords: Optional[Hotwords] = None) -> Stream:
        """A search through frames that come bit by bit.

        class_count  C; needed without labels only.
        hotwords     used instead of those that the search was made with.
        """
        count = self._class_count if class_count is None else class_count
        if count is None:
            raise InvalidArgumentError("class_count is needed for a search without labels")
        return Stream(self, count, hotwords)

    def _decode(self, array: np.ndarray, n_best: int, hotwords: Optional[Hotwords], count: int = 1,
                lengths: Optional[np.ndarray] = None, time_major: bool = False) -> Tuple[Tuple[Hypothesis, ...], ...]:
        if n_best < 1:
            raise InvalidArgumentError(f"n_best is {n_best}, expected 1 or more")
        settings = _decode_options(hotwords)
        settings.hypothesis_count, settings.time_major = _arguments.int32(n_best, "n_best"), time_major
        if lengths is not None:
            settings.lengths = lengths.ctypes.data_as(ctypes.POINTER(ctypes.c_int32))
        results = (ctypes.POINTER(_api.hypotheses) * count)()
        with self._calls():
            _api.decoder_decode(self._handle, ctypes.byref(_tensor(array)), ctypes.byref(settings), results)
        try:
            return tuple(_hypotheses(result) for result in results)
        finally:
            for result in results:
                _api.hypotheses_free(result)

    @contextlib.contextmanager
    def _calls(self) -> Iterator[None]:
        """Raises what the language model function has raised."""
        if self._scorer is None:
            yield
        else:
            with self._scorer.calls():
                yield


class Stream(Owned):
    """A search through frames that come bit by bit. Made by `BeamSearch.stream`. For one thread at a time."""

    def __init__(self, search: BeamSearch, class_count: int, hotwords: Optional[Hotwords]) -> None:
        handle, settings = ctypes.c_void_p(), _decode_options(hotwords)
        _api.decoder_stream_create(search._handle, _arguments.int64(class_count, "class_count"), ctypes.byref(settings),
                                   ctypes.byref(handle))
        self._own(handle.value or 0, _api.decoder_stream_release, "the stream")
        self._search = search

    def push(self, frames: Any) -> None:
        """Searches more frames, [T, C]. When they are refused, none of them counts."""
        array = score_array(frames, 2)
        with self._search._calls():
            _api.decoder_stream_push(self._handle, ctypes.byref(_tensor(array)))

    def best(self) -> Hypothesis:
        """The best text of the frames so far."""
        return self.hypotheses(1)[0]

    def hypotheses(self, n_best: int) -> Tuple[Hypothesis, ...]:
        """The n_best best texts of the frames so far, the best first: what the search gives for all of them at once."""
        if n_best < 1:
            raise InvalidArgumentError(f"n_best is {n_best}, expected 1 or more")
        result = ctypes.POINTER(_api.hypotheses)()
        with self._search._calls():
            _api.decoder_stream_best(self._handle, n_best, ctypes.byref(result))
        return _hypotheses(result)

    @property
    def stable(self) -> str:
        """The text that no frame to come changes."""
        text = ctypes.c_char_p()
        _api.decoder_stream_stable(self._handle, ctypes.byref(text), None, None)
        return _api.decode(text.value or b"")

    @property
    def stable_tokens(self) -> Tuple[int, ...]:
        """Its classes."""
        tokens, count = ctypes.POINTER(ctypes.c_int32)(), ctypes.c_size_t()
        _api.decoder_stream_stable(self._handle, None, ctypes.byref(tokens), ctypes.byref(count))
        return tuple(tokens[: count.value])


def _tensor(array: np.ndarray) -> _api.tensor:
    return _api.tensor(shape=c_shape(array.shape), data=address(array), byte_count=array.nbytes, rank=array.ndim,
                       type=_api.Type.FLOAT32)


def _phrases(hotwords: Optional[Hotwords]) -> Tuple[Any, int]:
    if hotwords is None:
        return None, 0
    if isinstance(hotwords, str):
        raise TypeError("hotwords are several phrases, not a str")
    if isinstance(hotwords, Mapping):
        listed = [Hotword(text, boost) for text, boost in hotwords.items()]
    else:
        listed = [item if isinstance(item, Hotword) else Hotword(item) for item in hotwords]
    phrases = (_api.hotword * len(listed))()
    for phrase, item in zip(phrases, listed):
        phrase.text, phrase.boost = _arguments.text(item.text, "a hotword"), item.boost
        phrase.anywhere = item.anywhere
    return phrases, len(listed)


def _decode_options(hotwords: Optional[Hotwords]) -> _api.decode_options:
    settings = _api.decode_options()
    settings.hotwords, settings.hotword_count = _phrases(hotwords)
    return settings


def _hypotheses(result: Any) -> Tuple[Hypothesis, ...]:
    found = result.contents
    return tuple(_hypothesis(item) for item in found.items[: found.count])


def _hypothesis(item: _api.hypothesis) -> Hypothesis:
    count = item.token_count
    # (token, first frame, frames, score) of each token; the scores' bits are not looked at.
    spans = memoryview(ctypes.string_at(item.tokens, count * ctypes.sizeof(_api.ctc_span))).cast("i").tolist()
    firsts, lengths = spans[1::4], spans[2::4]
    frames = tuple((first, first + length) for first, length in zip(firsts, lengths))
    text = item.text or b""
    words = tuple(_word(word, text, frames) for word in item.words[: item.word_count])
    return Hypothesis(_api.decode(text), tuple(spans[0::4]), item.score, frames, item.confidence,
                      tuple(item.confidences[:count]), words, item.acoustic, item.language, item.bonus)


def _word(word: _api.word, text: bytes, frames: Tuple[Tuple[int, int], ...]) -> Word:
    start, end = word.first_token, word.first_token + word.token_count
    return Word(_api.decode(text[word.text_start: word.text_start + word.text_size]), start, end,
                (frames[start][0], frames[end - 1][1]), word.confidence)
