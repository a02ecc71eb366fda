"""Medians with their spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import numpy as np


@dataclass(frozen=True)
class Spread:
    """The median of samples and their quartiles."""

    median: float
    lower: float
    upper: float

    @staticmethod
    def of(samples: Sequence[float]) -> Spread:
        lower, median, upper = np.percentile(samples, [25, 50, 75])
        return Spread(float(median), float(lower), float(upper))

    def scaled(self, factor: float) -> Spread:
        return Spread(self.median * factor, self.lower * factor, self.upper * factor)


@dataclass
class Measured:
    """What came of one runtime in one case: samples, or the reason why there are none."""

    #: Seconds of each round; rounds that it sat out are left out.
    rounds: dict[int, float]
    reason: str = ""
    #: Greatest difference of its results from the reference's.
    difference: float = 0.0

    @property
    def seconds(self) -> Spread:
        return Spread.of(list(self.rounds.values()))


def ratio(slower: Measured, faster: Measured) -> Spread:
    """Of times taken in the same rounds, so that whatever disturbed the machine disturbed both."""
    common = [slower.rounds[index] / faster.rounds[index] for index in slower.rounds if index in faster.rounds]
    return Spread.of(common)
