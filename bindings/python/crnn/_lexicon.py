"""Lexicons."""

from __future__ import annotations

import ctypes
import os
from typing import Iterable, Union

from . import _api, _arguments
from ._errors import InvalidArgumentError
from ._owned import Owned


class Lexicon(Owned):
    """A set of words, as a minimal automaton. Any number of threads may use one at once."""

    def __init__(self, words: Iterable[str]) -> None:
        """Words in any order; repeated ones do not count. Raises InvalidInputError when there is none."""
        if isinstance(words, str):
            raise TypeError("words are several strings, not one; Lexicon.open takes a path")
        listed = list(words)
        text = _arguments.text("\n".join(listed), "words")
        if text.count(b"\n") != max(len(listed) - 1, 0):
            raise InvalidArgumentError("a word contains a line break")
        handle = ctypes.c_void_p()
        _api.lexicon_create(text, len(text), ctypes.byref(handle))
        self._take(handle)

    @classmethod
    def open(cls, path: Union[str, os.PathLike[str]], *, copy_file: bool = False) -> Lexicon:
        """Opens a `.crnnlex` file, or reads a word list: a UTF-8 text with a word a line. Its content tells which.

        copy_file  read the file into memory instead of mapping it: for a file that may be changed or truncated while
                   the lexicon lives.

        Raises FileError, InvalidModelError, UnsupportedError, and InvalidInputError for a bad word list.
        """
        handle = ctypes.c_void_p()
        _api.lexicon_open(_arguments.path(path), ctypes.byref(_api.model_options(copy_file=int(copy_file))),
                          ctypes.byref(handle))
        lexicon = cls.__new__(cls)
        lexicon._take(handle)
        return lexicon

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes a `.crnnlex` file, replacing a file of this name as a whole."""
        _api.lexicon_save(self._handle, _arguments.path(path))

    @property
    def byte_count(self) -> int:
        """Bytes that the words take, in memory and in a file."""
        return self._info.byte_count

    def __len__(self) -> int:
        return self._info.word_count

    def __contains__(self, word: object) -> bool:
        if not isinstance(word, str):
            return False
        result = ctypes.c_int32()
        _api.lexicon_contains(self._handle, _arguments.text(word, "the word"), ctypes.byref(result))
        return bool(result.value)

    def __repr__(self) -> str:
        return f"<crnn.ctc.Lexicon of {len(self)} words{self._closed_mark}>"

    def _take(self, handle: ctypes.c_void_p) -> None:
        self._own(handle.value or 0, _api.lexicon_release, "the lexicon")
        self._info = _api.lexicon_info()
        _api.lexicon_get_info(self._handle, ctypes.byref(self._info))


#: What serves as a lexicon: one, a path, or words.
AnyLexicon = Union[Lexicon, str, "os.PathLike[str]", Iterable[str]]


def as_lexicon(value: AnyLexicon) -> Lexicon:
    if isinstance(value, Lexicon):
        return value
    return Lexicon.open(value) if isinstance(value, (str, os.PathLike)) else Lexicon(value)
