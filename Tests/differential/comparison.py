"""Comparing results with what was expected."""

from __future__ import annotations

from typing import Optional

import numpy as np

from .cases import FLOATS

# Relative to the value, and to the largest one of the tensor.
TOLERANCE = {"float16": (4e-3, 2e-3), "bfloat16": (3e-2, 2e-2), "float32": (1e-4, 1e-5), "float64": (1e-7, 1e-8)}


def wide(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float64) if array.dtype.name in FLOATS else array


def wrong_elements(got: np.ndarray, expected: np.ndarray, single: bool = False, loose: float = 1) -> np.ndarray:
    """Where two arrays of one shape and type differ by more than rounding; `single`: doubles by single precision;
    `loose`: times the usual difference."""
    if expected.dtype.name not in FLOATS:
        return np.asarray(got != expected)
    relative, absolute = TOLERANCE["float32" if single and expected.dtype == np.float64 else expected.dtype.name]
    got, expected = wide(got), wide(expected)
    finite = np.abs(expected[np.isfinite(expected)])
    scale = max(float(finite.max()) if finite.size else 0.0, 1e-2)
    with np.errstate(all="ignore"):
        near = np.abs(got - expected) <= loose * (relative * np.abs(expected) + absolute * scale)
    same = (got == expected) | (np.isnan(got) & np.isnan(expected))
    return ~(near | same)


def difference(got: np.ndarray, expected: np.ndarray, single: bool = False, loose: float = 1) -> Optional[str]:
    """What is wrong with a result; None if nothing."""
    if got.dtype != expected.dtype:
        return f"element type {got.dtype}, expected {expected.dtype}"
    if got.shape != expected.shape:
        return f"shape {list(got.shape)}, expected {list(expected.shape)}"
    wrong = wrong_elements(got, expected, single, loose)
    if not wrong.any():
        return None
    at = tuple(int(i) for i in np.argwhere(wrong)[0]) if wrong.ndim else ()
    return (f"{int(wrong.sum())} of {wrong.size} elements differ, first at {list(at)}: "
            f"{got[at]}, expected {expected[at]}")
