"""What a recogniser read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Tuple

from . import _api


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


def take(pointer: Any) -> Reading:
    """Copies a `crnn_reading *` and frees it."""
    try:
        source = pointer.contents
        characters = tuple(
            Character(
                text=_api.decode(item.text or b""),
                label=item.label,
                confidence=item.confidence,
                first_frame=item.first_frame,
                frame_count=item.frame_count,
                x=item.x,
                width=item.width,
            )
            for item in source.characters[: source.character_count]
        )
        return Reading(_api.decode(source.text or b""), source.confidence, characters, source.frame_count)
    finally:
        _api.reading_free(pointer)
