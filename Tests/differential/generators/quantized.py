"""Quantisation and integer arithmetic."""

from __future__ import annotations

from typing import List, Optional

import numpy as np

from ..builder import Builder, Skip
from . import generator
from .convolution import window

_BYTES = ("uint8", "int8")


def _scale(b: Builder, shape=(), dtype: str = "float32") -> str:
    return b.weight(np.maximum(b.array(dtype, shape, 0.02, 0.2), np.asarray(0.02, dtype)))


def _zero(b: Builder, dtype: str, shape=()) -> str:
    return b.weight(b.array(dtype, shape, 0 if dtype == "uint8" else -2, 6))


def _bytes(b: Builder, dtype: str, shape) -> np.ndarray:
    limits = np.iinfo(dtype)
    return b.numbers.integers(limits.min, limits.max + 1, shape).astype(dtype)


@generator("QuantizeLinear", "DequantizeLinear")
def linear(b: Builder, operator: str) -> None:
    version, quantizes = b.since(operator), operator == "QuantizeLinear"
    target = b.choose(_BYTES)
    shape = b.shape((1, 2, 3, 4))
    value = b.value("float32", (1, 2, 3, 4)) if quantizes else b.leaf(_bytes(b, target, shape))
    shape = b.values[value].shape
    attributes, parameters = {}, ()
    if version >= 13 and b.chance(0.4):
        axis = b.integer(-len(shape), len(shape) - 1)
        attributes["axis"], parameters = axis, (shape[axis],)
        if version >= 21 and shape[axis] > 1 and b.chance(0.4):
            block = b.choose([n for n in range(1, shape[axis] + 1) if shape[axis] % n == 0])
            attributes["block_size"] = block
            parameters = tuple(e // block if i == axis % len(shape) else e for i, e in enumerate(shape))
    zero: Optional[str] = _zero(b, target, parameters) if target == "int8" and quantizes or b.chance(0.7) else None
    b.node(operator, [value, _scale(b, parameters), zero], **attributes)


@generator("DynamicQuantizeLinear", weight=0.6)
def dynamic(b: Builder, operator: str) -> None:
    b.node(operator, [b.value("float32", (0, 1, 2, 3, 4), lambda a: a.size > 0 and bool(np.isfinite(a).all()))], 3)


@generator("MatMulInteger")
def matmul_integer(b: Builder, operator: str) -> None:
    left_type, right_type = b.choose((("uint8", "uint8"), ("uint8", "int8"), ("int8", "int8"), ("int8", "uint8")))
    rows, inner, columns = b.integer(1, 5), b.integer(1, 6), b.integer(1, 5)
    lead = b.shape((0, 0, 1, 2))
    left = b.leaf(_bytes(b, left_type, (*lead, rows, inner)))
    right = b.weight(_bytes(b, right_type, (inner, columns)))
    inputs: List = [left, right, _zero(b, left_type) if b.chance(0.5) else None]
    inputs.append(_zero(b, right_type, (columns,) if b.chance(0.3) else ()) if b.chance(0.5) else None)
    b.node(operator, inputs)


def _integer_images(b: Builder, dtype: str):
    spatial = b.choose((1, 2, 2, 2))
    shape = (b.integer(1, 2), b.choose((1, 2, 4)), *(b.integer(1, 7) for _ in range(spatial)))
    return _bytes(b, dtype, shape)


@generator("ConvInteger", "QLinearConv")
def convolution(b: Builder, operator: str) -> None:
    left_type = b.choose(_BYTES)
    right_type = b.choose(_BYTES) if left_type == "uint8" else "int8"
    array = _integer_images(b, left_type)
    groups = b.choose([g for g in (1, 1, 2) if array.shape[1] % g == 0])
    filters = groups * b.integer(1, 3)
    attributes = window(b, array.shape[2:])
    weights = b.weight(_bytes(b, right_type, (filters, array.shape[1] // groups, *attributes["kernel_shape"])))
    value = b.leaf(array)
    attributes["group"] = groups if groups > 1 or b.chance(0.2) else None
    if operator == "ConvInteger":
        inputs: List = [value, weights, _zero(b, left_type) if b.chance(0.5) else None]
        inputs.append(_zero(b, right_type) if b.chance(0.5) else None)
        b.node(operator, inputs, **attributes)
        return
    per_channel = (filters,) if b.chance(0.4) else ()
    inputs = [value, _scale(b), _zero(b, left_type), weights, _scale(b, per_channel),
              b.weight(np.zeros(per_channel, right_type)) if per_channel else _zero(b, right_type), _scale(b),
              _zero(b, left_type)]
    if b.chance(0.5):
        inputs.append(b.weight(b.numbers.integers(-500, 500, (filters,)).astype(np.int32)))
    b.node(operator, inputs, **attributes)


@generator("QLinearMatMul")
def qlinear_matmul(b: Builder, operator: str) -> None:
    left_type = b.choose(_BYTES)
    right_type = left_type if b.chance(0.5) else "int8"
    rows, inner, columns = b.integer(1, 5), b.integer(1, 6), b.integer(1, 5)
    lead = b.shape((0, 0, 1, 2))
    left, right = b.leaf(_bytes(b, left_type, (*lead, rows, inner))), b.weight(_bytes(b, right_type, (inner, columns)))
    per_column = (columns,) if b.chance(0.2) else ()
    b.node(operator, [left, _scale(b), _zero(b, left_type), right, _scale(b, per_column), _zero(b, right_type, per_column),
                      _scale(b), _zero(b, left_type)])


THEME = ["QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "MatMulInteger", "ConvInteger", "QLinearConv",
         "QLinearMatMul", "Mul", "Add", "Cast", "Relu", "Transpose", "Reshape", "Conv", "MatMul"]
