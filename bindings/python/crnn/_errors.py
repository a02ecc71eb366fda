"""Exceptions: one class a status."""

from __future__ import annotations

import enum
from typing import Dict, Type


class Status(enum.IntEnum):
    """Why a call failed, numbered as `crnn_status` in crnn.h."""

    OK = 0
    INVALID_ARGUMENT = 1
    INVALID_HANDLE = 2
    FILE_ERROR = 3
    INVALID_MODEL = 4
    UNSUPPORTED = 5
    INVALID_INPUT = 6
    OUT_OF_MEMORY = 7
    LIMIT_EXCEEDED = 8
    BUSY = 9
    INVALID_METADATA = 10


class Error(RuntimeError):
    """What every failure of the library is. The message names the file, node or argument and what was expected."""

    #: A `Status`, or a plain int from a library that is newer than this package.
    status: int = 0


class InvalidArgumentError(Error, ValueError):
    """An index or option out of range, an unknown name."""

    status = Status.INVALID_ARGUMENT


class InvalidHandleError(Error):
    """A model or session that was closed."""

    status = Status.INVALID_HANDLE


class FileError(Error, OSError):
    """A file that is missing, unreadable or not writable."""

    status = Status.FILE_ERROR


class InvalidModelError(Error):
    """Not a model, a truncated or damaged one, or an inconsistent graph."""

    status = Status.INVALID_MODEL


class UnsupportedError(Error, NotImplementedError):
    """A well-formed model that needs something which the library does not have; the message lists every such node."""

    status = Status.UNSUPPORTED


class InvalidInputError(Error, ValueError):
    """An input of the wrong element type or rank, or of a size that does not fit the network."""

    status = Status.INVALID_INPUT


class OutOfMemoryError(Error, MemoryError):
    """Memory ran out."""

    status = Status.OUT_OF_MEMORY


class LimitExceededError(Error):
    """A limit that the caller set was reached."""

    status = Status.LIMIT_EXCEEDED


class BusyError(Error):
    """The session is at work already."""

    status = Status.BUSY


class InvalidMetadataError(Error):
    """The model carries no or wrong metadata for what was asked of it."""

    status = Status.INVALID_METADATA


_CLASSES: Dict[int, Type[Error]] = {int(kind.status): kind for kind in Error.__subclasses__()}


def error(status: int, message: str) -> Error:
    """The exception for a status."""
    failure = _CLASSES.get(status, Error)(message or f"status {status}")
    if type(failure) is Error:
        failure.status = status
    return failure
