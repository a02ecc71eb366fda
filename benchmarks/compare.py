"""Whether two runtimes computed the same."""

from __future__ import annotations

from typing import Sequence

import numpy as np

TOLERANCE = 1e-4


def difference(results: Sequence[np.ndarray], reference: Sequence[np.ndarray]) -> tuple[float, str]:
    """The greatest absolute difference, and what is wrong with the results: "" when every number is within TOLERANCE
    of the reference's, relative to it where it exceeds one. Leading axes of size one do not count.
    """
    if len(results) != len(reference):
        return np.inf, f"{len(results)} outputs instead of {len(reference)}"
    greatest, wrong = 0.0, ""
    for result, expected in zip(results, reference):
        if squeezed(result) != squeezed(expected):
            return np.inf, f"wrong result: shape {list(result.shape)} instead of {list(expected.shape)}"
        distance = np.abs(result.reshape(expected.shape).astype(np.float64) - expected)
        # A NaN fails.
        if not np.all(distance <= TOLERANCE * np.maximum(1, np.abs(expected))):
            wrong = "wrong result"
        greatest = max(greatest, float(np.max(distance, initial=0)))
    return greatest, f"{wrong}: differs by {greatest:.2g}" if wrong else ""


def squeezed(array: np.ndarray) -> list[int]:
    return [size for size in array.shape if size != 1]
