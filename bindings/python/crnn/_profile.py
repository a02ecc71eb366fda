"""Profiles: what the steps of a session's runs took."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import List, Tuple

from . import _api


@dataclass(frozen=True)
class ProfileEntry:
    """One algorithm at work for one node of the network; its calls are added up."""

    #: The algorithm. "Plan" is the time that making plans for new shapes took.
    step: str
    #: The node's name and operator; "" for a step that belongs to none.
    node: str
    operator_type: str
    calls: int
    #: Of all calls together: time, floating-point operations (0 where they were not counted), and the bytes of the
    #: operands read and written.
    seconds: float
    flops: int
    bytes: int

    @property
    def gflops_per_second(self) -> float:
        """Billions of floating-point operations a second."""
        return 1e-9 * self.flops / self.seconds if self.seconds > 0 else 0.0

    @property
    def gigabytes_per_second(self) -> float:
        """Billions of bytes a second."""
        return 1e-9 * self.bytes / self.seconds if self.seconds > 0 else 0.0


class Profile(Tuple[ProfileEntry, ...]):
    """The entries in the order in which they first ran. As a string, a table, the slowest first."""

    @property
    def seconds(self) -> float:
        """Of all entries together."""
        return sum(entry.seconds for entry in self)

    def __str__(self) -> str:
        return self.per_run(1)

    def per_run(self, runs: int) -> str:
        """The table with times and calls divided by a number of runs."""
        total = self.seconds
        rows = [("ms", "share", "calls", "GFLOP/s", "GB/s", "step", "node")]
        for entry in sorted(self, key=lambda entry: -entry.seconds):
            if entry.calls == 0:
                continue
            rows.append((
                f"{1e3 * entry.seconds / runs:.3f}", f"{entry.seconds / total:.1%}" if total > 0 else "",
                f"{entry.calls / runs:g}", f"{entry.gflops_per_second:.1f}" if entry.flops else "",
                f"{entry.gigabytes_per_second:.1f}", entry.step,
                f"{entry.node} ({entry.operator_type})" if entry.operator_type else entry.node))
        rows.append((f"{1e3 * total / runs:.3f}", "100.0%", "", "", "", "all", ""))
        widths = [max(map(len, column)) for column in zip(*rows)]
        return "\n".join(
            "  ".join(cell.rjust(width) if index < 5 else cell.ljust(width)
                      for index, (cell, width) in enumerate(zip(row, widths))).rstrip()
            for row in rows)


def read(session: int) -> Profile:
    """The profile of a session that was created to be profiled."""
    entries: List[ProfileEntry] = []
    for index in range(_api.session_profile_count(session)):
        entry = _api.profile_entry()
        _api.session_profile(session, index, ctypes.byref(entry))
        entries.append(ProfileEntry(
            _api.decode(entry.step), _api.decode(entry.node), _api.decode(entry.operator_type), entry.calls,
            1e-9 * entry.nanoseconds, entry.flops, entry.bytes))
    return Profile(entries)
