"""Language models."""

from __future__ import annotations

import ctypes
import os
from typing import Union

from . import _api, _arguments
from ._owned import Owned


class LanguageModel(Owned):
    """An n-gram back-off model of words or characters, from a `.crnnlm` file, which `crnn-convert` makes from an ARPA
    file. Any number of threads may use one at once.
    """

    def __init__(self, path: Union[str, os.PathLike[str]], *, copy_file: bool = False) -> None:
        """Opens a file.

        copy_file  read the file into memory instead of mapping it: for a file that may be changed or truncated while
                   the model lives.

        Raises FileError, InvalidModelError, UnsupportedError.
        """
        handle = ctypes.c_void_p()
        _api.language_model_open(_arguments.path(path), ctypes.byref(_api.model_options(copy_file=int(copy_file))),
                                 ctypes.byref(handle))
        self._source = os.fsdecode(path)
        self._own(handle.value or 0, _api.language_model_release, f"the language model of {self._source!r}")
        self._info = _api.language_model_info()
        _api.language_model_get_info(self._handle, ctypes.byref(self._info))

    @property
    def order(self) -> int:
        """The longest n-grams' length."""
        return self._info.order

    @property
    def is_character_model(self) -> bool:
        """Whether its words are single characters."""
        return bool(self._info.is_character_model)

    @property
    def word_count(self) -> int:
        """Words, "<unk>", "<s>" and "</s>" included."""
        return self._info.word_count

    @property
    def ngram_count(self) -> int:
        """n-grams of all lengths."""
        return self._info.ngram_count

    @property
    def byte_count(self) -> int:
        """Bytes of the file."""
        return self._info.byte_count

    def score(self, text: str, *, bos: bool = True, eos: bool = True) -> float:
        """ln of the probability that the model gives a text: of its words, which white space parts, or in a character
        model of its characters. Words that the model does not know count as "<unk>".

        bos  the text begins a sentence; otherwise nothing is known of what came before it.
        eos  it ends a sentence.
        """
        result = ctypes.c_double()
        _api.language_model_score(self._handle, _arguments.text(text, "the text"), int(bos), int(eos),
                                  ctypes.byref(result))
        return result.value

    def __repr__(self) -> str:
        return (f"<crnn.ctc.LanguageModel {self._source!r}, order {self.order}, {self.word_count} words"
                f"{self._closed_mark}>")
