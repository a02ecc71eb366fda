"""NumPy arrays as the library's tensors, and back."""

from __future__ import annotations

import ctypes
import functools
from dataclasses import dataclass
from typing import Any, Iterable, Optional, Tuple

import numpy as np

from . import _api, _arguments
from ._errors import InvalidInputError, UnsupportedError

_NAMES = {
    _api.Type.FLOAT32: "float32",
    _api.Type.UINT8: "uint8",
    _api.Type.INT8: "int8",
    _api.Type.UINT16: "uint16",
    _api.Type.INT16: "int16",
    _api.Type.INT32: "int32",
    _api.Type.INT64: "int64",
    _api.Type.BOOL: "bool",
    _api.Type.FLOAT16: "float16",
    _api.Type.FLOAT64: "float64",
    _api.Type.UINT32: "uint32",
    _api.Type.UINT64: "uint64",
    _api.Type.BFLOAT16: "bfloat16",
}
_TYPES = {name: kind for kind, name in _NAMES.items()}


@functools.lru_cache(maxsize=None)
def dtype_of(kind: int) -> np.dtype:
    """NumPy's dtype of a `crnn_type`.

    NumPy has no bfloat16: it is ml_dtypes.bfloat16 where that package is installed, else uint16 that holds the bits.
    """
    if kind == _api.Type.BFLOAT16:
        try:
            import ml_dtypes
        except ImportError:
            return np.dtype(np.uint16)
        dtype: np.dtype = np.dtype(ml_dtypes.bfloat16)
        return dtype
    try:
        return np.dtype(_NAMES[_api.Type(kind)])
    except ValueError:
        raise UnsupportedError(f"element type {kind} is unknown to this version of the package") from None


@functools.lru_cache(maxsize=64)
def _type_of(dtype: np.dtype) -> Optional[int]:
    return _TYPES.get(dtype.name)


@dataclass(frozen=True)
class TensorSpec:
    """What a model's input or output is declared to be."""

    name: str
    #: None when the model declares no element type.
    dtype: Optional[np.dtype]
    #: None for a dimension that the model leaves open; None altogether when it declares no shape.
    shape: Optional[Tuple[Optional[int], ...]]


@dataclass(frozen=True)
class Input:
    """An input of a model, as a session needs it."""

    name: bytes
    kind: int


def tensor_spec(spec: _api.tensor_spec) -> TensorSpec:
    shape = None
    if spec.rank >= 0:
        shape = tuple(None if extent < 0 else extent for extent in spec.shape[: spec.rank])
    return TensorSpec(_api.decode(spec.name), dtype_of(spec.type) if spec.type else None, shape)


def input_array(name: str, value: Any, kind: Optional[int]) -> np.ndarray:
    """`value` as an array that the library can read in place.

    An array keeps its element type, for the library to judge; lists and numbers take `kind`, the declared one. Copies
    only what is not contiguous, not aligned or in the other byte order.
    """
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidInputError(f"input '{name}' cannot be made an array: {error}") from error
    if kind is not None and isinstance(value, (list, tuple, int, float)):
        array = _declared(array, kind)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if not (array.flags.c_contiguous and array.flags.aligned):
        array = array.copy(order="C")
    return array


def _declared(array: np.ndarray, kind: int) -> np.ndarray:
    """Numbers in the declared element type; unchanged where an integer type would not hold their values."""
    dtype = dtype_of(kind)
    bits_only = kind == _api.Type.BFLOAT16 and dtype == np.uint16
    if bits_only or array.dtype.kind not in "biuf":
        return array
    with np.errstate(invalid="ignore", over="ignore"):
        converted = array.astype(dtype)
    return converted if dtype.kind not in "biu" or np.array_equal(array, converted) else array


def input_type(name: str, array: np.ndarray, kind: Optional[int]) -> int:
    """The `crnn_type` of an array; uint16 stands for bfloat16 where the model declares that."""
    if kind == _api.Type.BFLOAT16 and array.dtype == np.uint16:
        return kind
    known = _type_of(array.dtype)
    if known is None:
        expected = "" if kind is None else f"; expected {_NAMES[_api.Type(kind)]}"
        raise InvalidInputError(f"input '{name}' has element type {array.dtype}, which no tensor has{expected}")
    return known


def address(array: np.ndarray) -> int:
    """Of the first element."""
    return int(array.ctypes.data)


def output_tensors(names: Iterable[str]) -> "ctypes.Array[_api.tensor]":
    """Output structs that choose the given names and leave all else to the library."""
    encoded = [_arguments.text(name, "an output's name") for name in names]
    tensors = (_api.tensor * len(encoded))()
    for tensor, name in zip(tensors, encoded):
        tensor.name = name
    return tensors


def output_array(tensor: _api.tensor) -> np.ndarray:
    """An array of its own with an output's elements, which belong to the session."""
    array = np.empty(tensor.shape[: tensor.rank] if tensor.rank > 0 else (), dtype_of(tensor.type))
    if array.nbytes != tensor.byte_count:
        raise UnsupportedError(
            f"output '{_api.decode(tensor.name or b'')}' has {tensor.byte_count} bytes; its shape needs {array.nbytes}"
        )
    if array.nbytes:
        ctypes.memmove(address(array), tensor.data, array.nbytes)
    return array
