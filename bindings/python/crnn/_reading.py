"""What a recogniser read."""

from __future__ import annotations

import ctypes
import struct
from dataclasses import dataclass
from typing import Any, Tuple

from . import _api
from ._word import Word


@dataclass(frozen=True)
class Character:
    """One recognised label."""

    #: One or more characters.
    text: str
    #: Class index in the network's output.
    label: int
    #: Probability of the label, the highest among its frames, 0 to 1. From a beam search: see `ctc.Hypothesis`.
    confidence: float
    #: The frames (network output steps) in which it was read.
    first_frame: int
    frame_count: int
    #: The same span along the width of the image, in pixels; 0 for probabilities without an image.
    x: float
    width: float


@dataclass(frozen=True)
class Reading:
    """A text with its characters."""

    text: str
    #: Mean of the characters' confidences; for an empty text the mean probability of the blank. From a beam search: the
    #: text's probability.
    confidence: float
    characters: Tuple[Character, ...]
    #: Frames that the network produced.
    frame_count: int
    #: Runs of characters without a space; empty without labels.
    words: Tuple[Word, ...]

    def __getattr__(self, name: str) -> Any:
        # Objects take longer to make than texts to read: characters and words are made when somebody asks for them.
        found = self.__dict__.get("_found")
        if found is None or name not in ("characters", "words"):
            raise AttributeError(f"'Reading' object has no attribute {name!r}")
        made = found.characters() if name == "characters" else found.words(self.characters)
        self.__dict__[name] = made
        return made


#: crnn_character, without the address of its text.
_CHARACTER = struct.Struct("@8xifiiff")


#: crnn_word
_WORD = struct.Struct("@iiiif")


class _Found:
    """Copies a reading's characters and words, and makes objects of them."""

    def __init__(self, source: Any, text: bytes) -> None:
        count = source.character_count
        self._items = ctypes.string_at(source.characters, count * _CHARACTER.size)
        # Their texts lie one after the other, with a NUL after each.
        first = struct.unpack_from("@P", self._items)[0] if count else 0
        self._texts = ctypes.string_at(first, len(text) + count) if count else b""
        self._text = text
        self._words = ctypes.string_at(source.words, source.word_count * _WORD.size)

    def words(self, characters: Tuple[Character, ...]) -> Tuple[Word, ...]:
        words = []
        for place, size, start, count, confidence in _WORD.iter_unpack(self._words):
            last = characters[start + count - 1]
            frames = (characters[start].first_frame, last.first_frame + last.frame_count)
            text = _api.decode(self._text[place : place + size])
            words.append(Word(text, start, start + count, frames, confidence))
        return tuple(words)

    def characters(self) -> Tuple[Character, ...]:
        texts = _api.decode(self._texts).split("\0")
        return tuple(Character(text, *numbers) for text, numbers in zip(texts, _CHARACTER.iter_unpack(self._items)))


def take(pointer: Any) -> Reading:
    """Copies a `crnn_reading *` and frees it."""
    try:
        source = pointer.contents
        text = source.text or b""
        reading = Reading.__new__(Reading)
        reading.__dict__.update(text=_api.decode(text), confidence=source.confidence, frame_count=source.frame_count,
                                _found=_Found(source, text))
        return reading
    finally:
        _api.reading_free(pointer)
