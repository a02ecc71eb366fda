"""NumPy arrays as the library's tensors, and back."""

from __future__ import annotations

import ctypes
import functools
import math
from dataclasses import dataclass
from typing import Any, Dict, Iterable, Optional, Tuple

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
    """Of a contiguous array's first element."""
    if array.nbytes and array.flags.writeable:
        try:
            # A third of what `ctypes.data` takes.
            return ctypes.addressof(ctypes.c_char.from_buffer(array))
        except (TypeError, ValueError, BufferError):
            # An element type without a buffer interface, like bfloat16's.
            pass
    return int(array.ctypes.data)


@functools.lru_cache(maxsize=256)
def c_shape(shape: Tuple[int, ...]) -> "ctypes.Array[ctypes.c_int64]":
    """A shape as C reads it; never to be changed."""
    return (ctypes.c_int64 * len(shape))(*shape)


def output_tensors(names: Iterable[str]) -> "ctypes.Array[_api.tensor]":
    """Output structs that choose the given names and leave all else to the library."""
    encoded = [_arguments.text(name, "an output's name") for name in names]
    tensors = (_api.tensor * len(encoded))()
    for tensor, name in zip(tensors, encoded):
        tensor.name = name
    return tensors


class OutputViews:
    """Copies outputs, which belong to the session, to arrays of their own. Keeps the views of the session's memory that
    it copies from: a session's outputs lie in the same places run after run.
    """

    _CAPACITY = 64

    def __init__(self) -> None:
        self._views: Dict[Tuple[Any, ...], np.ndarray] = {}

    def copy(self, tensor: _api.tensor) -> np.ndarray:
        return self.find(tensor).copy()

    def find(self, tensor: _api.tensor) -> np.ndarray:
        """A view, valid until the session's next run."""
        rank = tensor.rank
        shape = tuple(tensor.shape[:rank]) if rank > 0 else ()
        # A place is as good as when the view was made: the run that has just ended gave it.
        key = (tensor.data, tensor.type, tensor.byte_count, shape)
        view = self._views.get(key)
        if view is None:
            view = _view(tensor, shape)
            if len(self._views) >= self._CAPACITY:
                self._views.clear()
            self._views[key] = view
        return view


def _view(tensor: _api.tensor, shape: Tuple[int, ...]) -> np.ndarray:
    dtype = dtype_of(tensor.type)
    byte_count = math.prod(shape) * dtype.itemsize
    if byte_count != tensor.byte_count:
        raise UnsupportedError(
            f"output '{_api.decode(tensor.name or b'')}' has {tensor.byte_count} bytes; its shape needs {byte_count}"
        )
    if byte_count == 0:
        return np.empty(shape, dtype)
    return np.ndarray(shape, dtype, (ctypes.c_char * byte_count).from_address(tensor.data))
