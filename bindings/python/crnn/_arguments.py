"""Python values as the library takes them."""

from __future__ import annotations

import operator
import os
from typing import Any

from ._errors import InvalidArgumentError


def text(value: str, what: str) -> bytes:
    """A string as UTF-8. `what` names it in messages."""
    if not isinstance(value, str):
        raise TypeError(f"{what} must be a str, not {type(value).__name__}")
    try:
        encoded = value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidArgumentError(f"{what} {value!r} is not valid Unicode") from error
    return _without_nul(encoded, what, value)


def path(value: Any) -> bytes:
    """A path-like object as the operating system's bytes."""
    return _without_nul(os.fsencode(value), "the path", value)


def _without_nul(encoded: bytes, what: str, value: Any) -> bytes:
    if b"\0" in encoded:
        raise InvalidArgumentError(f"{what} {value!r} contains a NUL character")
    return encoded


def int32(value: Any, what: str) -> int:
    """An integer that fits the C type; ctypes alone would wrap it."""
    return _integer(value, what, 32)


def int64(value: Any, what: str) -> int:
    """An integer that fits the C type; ctypes alone would wrap it."""
    return _integer(value, what, 64)


def _integer(value: Any, what: str, bits: int) -> int:
    number = operator.index(value)
    if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise InvalidArgumentError(f"{what} is {number}, which is beyond {bits} bits")
    return number
