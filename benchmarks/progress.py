"""What is being done, on standard error."""

from __future__ import annotations

import sys
import time


class Progress:
    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._start = time.monotonic()
        self._noted = 0.0

    def begin(self, what: str) -> None:
        self._done += 1
        self._write(f"[{self._done}/{self._total}] {what}", "\n" if not sys.stderr.isatty() else "")

    def note(self, what: str) -> None:
        """A detail, which a terminal shows at once and a file every ten seconds."""
        now = time.monotonic()
        if sys.stderr.isatty():
            self._write(f"[{self._done}/{self._total}] {what}", "")
        elif now - self._noted > 10:
            self._noted = now
            self._write(f"    {now - self._start:4.0f} s  {what}", "\n")

    def clear(self) -> None:
        if sys.stderr.isatty():
            self._write("", "")

    @staticmethod
    def _write(text: str, end: str) -> None:
        start = "\r\033[K" if sys.stderr.isatty() else ""
        print(f"{start}{text}", end=end, file=sys.stderr, flush=True)
