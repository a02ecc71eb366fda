"""A word and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple


@dataclass(frozen=True)
class Word:
    """A word of a reading or a hypothesis: a run of tokens without a space."""

    text: str
    #: Its tokens in the hypothesis, or characters in the reading, are start ... end - 1.
    start: int
    end: int
    #: Its frames, likewise.
    frames: Tuple[int, int]
    #: Probability of the hypothesis among the texts that differ from it in one of these tokens at most. Of a greedy
    #: reading: the product of its characters' confidences.
    confidence: float

    def seconds(self, frame_seconds: float) -> Tuple[float, float]:
        """Its frames as seconds from the first frame's beginning, for a model whose frames are so far apart."""
        return self.frames[0] * frame_seconds, self.frames[1] * frame_seconds
