"""The decoders: each takes a task's settings and gives a function from scores [T, C] to the best text."""

from __future__ import annotations

import os
import pathlib
import sys
from dataclasses import dataclass
from typing import Callable, Dict, Optional, Sequence

import numpy as np

Decode = Callable[[np.ndarray], str]

#: Of the language model; the words' bonus is 0, and sentences begin and end.
ALPHA = 0.5
SEPARATOR = " "


@dataclass(frozen=True)
class Language:
    """Files of one language model, and the words of the lexicon."""

    arpa: pathlib.Path
    native: pathlib.Path
    words: Sequence[str]


@dataclass(frozen=True)
class Settings:
    #: Class texts, the blank's, "", first.
    labels: Sequence[str]
    width: int
    #: Classes looked at in a frame: so many of the most probable ones, or those at least this probable.
    token_count: Optional[int] = None
    token_min_log_probability: Optional[float] = None
    language: Optional[Language] = None


def crnn_search(settings: Settings) -> Decode:
    import crnn

    language = settings.language
    search = crnn.ctc.BeamSearch(
        settings.labels[1:], width=settings.width, token_count=settings.token_count,
        token_min_log_probability=settings.token_min_log_probability,
        lexicon=crnn.ctc.Lexicon(language.words) if language else None,
        language_model=crnn.ctc.LanguageModel(language.native) if language else None, alpha=ALPHA, beta=0)
    return lambda scores: search(scores)[0].text


def flashlight(settings: Settings) -> Decode:
    """flashlight-text. It prunes classes by their number alone; its threshold for prefixes is out of reach here."""
    from flashlight.lib.text.decoder import (CriterionType, LexiconDecoder, LexiconDecoderOptions, LexiconFreeDecoder,
                                             LexiconFreeDecoderOptions, SmearingMode, Trie, ZeroLM)
    from flashlight.lib.text.decoder.kenlm import KenLM
    from flashlight.lib.text.dictionary import Dictionary

    count, language = len(settings.labels), settings.language
    common = dict(beam_size=settings.width, beam_size_token=settings.token_count or count, beam_threshold=1e9,
                  sil_score=0, log_add=True, criterion_type=CriterionType.CTC)
    space = settings.labels.index(SEPARATOR) if SEPARATOR in settings.labels else -1
    decoder: object
    if language is None:
        decoder = LexiconFreeDecoder(LexiconFreeDecoderOptions(lm_weight=0, **common), ZeroLM(), space, 0, [])
    else:
        number = {text: index for index, text in enumerate(settings.labels)}
        words = Dictionary()
        for word in language.words:
            words.add_entry(word)
        # Without it unknown words cannot be looked up.
        words.add_entry("<unk>")
        words.set_default_index(words.get_index("<unk>"))
        with _silence():
            model = KenLM(str(language.arpa), words)
        trie = Trie(count, space)
        start = model.start(False)
        for word in language.words:
            index = words.get_index(word)
            trie.insert([*(number[letter] for letter in word), space], index, model.score(start, index)[1])
        trie.smear(SmearingMode.MAX)
        options = LexiconDecoderOptions(lm_weight=ALPHA, word_score=0, unk_score=float("-inf"), **common)
        decoder = LexiconDecoder(options, trie, model, space, 0, words.get_index("<unk>"), [], False)

    def decode(scores: np.ndarray) -> str:
        # Its tokens, one a frame, lie between two that stand for silence.
        tokens = decoder.decode(scores.ctypes.data, *scores.shape)[0].tokens[1:-1]  # type: ignore[attr-defined]
        return "".join(settings.labels[token] for index, token in enumerate(tokens)
                       if token != 0 and (index == 0 or token != tokens[index - 1]))

    # The decoder refers to what it was made of.
    decode.keep = decoder  # type: ignore[attr-defined]
    return decode


def pyctcdecode(settings: Settings) -> Decode:
    """It prunes classes by their probability alone, and prefixes by theirs, which is put out of reach here."""
    import logging

    import pyctcdecode as package

    logging.disable(logging.WARNING)
    language = settings.language
    with _silence():
        decoder = package.build_ctcdecoder(list(settings.labels), str(language.arpa) if language else None,
                                           list(language.words) if language else None, alpha=ALPHA, beta=0)
    limit = settings.token_min_log_probability
    return lambda scores: decoder.decode(scores, beam_width=settings.width, beam_prune_logp=-1e9,
                                         token_min_logp=-1e9 if limit is None else limit)


class _silence:
    """What libraries write to stderr behind Python's back."""

    def __enter__(self) -> None:
        sys.stderr.flush()
        self.saved, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        os.close(null)

    def __exit__(self, *exception: object) -> None:
        os.dup2(self.saved, 2)
        os.close(self.saved)


OURS = "crnn"
DECODERS: Dict[str, Callable[[Settings], Decode]] = {
    OURS: crnn_search, "flashlight-text": flashlight, "pyctcdecode": pyctcdecode}
