"""Objects that own a handle of the library."""

from __future__ import annotations

import weakref
from typing import Any, Callable, TypeVar

from ._errors import InvalidHandleError

Self = TypeVar("Self", bound="Owned")


class Owned:
    """Gives its handle back when it is closed, or else with itself."""

    #: In messages: "the lexicon".
    _what: str

    def _own(self, address: int, release: Callable[[int], Any], what: str) -> None:
        self._address, self._what = address, what
        self._finalizer = weakref.finalize(self, release, address)
        self._finalizer.atexit = False

    def close(self) -> None:
        """Gives the handle back. Decoders that use it go on working. May be called again."""
        self._finalizer()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def _handle(self) -> int:
        if not self._finalizer.alive:
            raise InvalidHandleError(f"{self._what} was closed")
        return self._address

    @property
    def _closed_mark(self) -> str:
        return "" if self._finalizer.alive else " (closed)"
