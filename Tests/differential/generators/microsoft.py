"""Operators of com.microsoft that quantisation and fusion make."""

from __future__ import annotations

from typing import List

import numpy as np

from ..builder import Builder
from . import generator
from .quantized import _BYTES, _bytes

DOMAIN = "com.microsoft"


def _constant(b: Builder, array: np.ndarray) -> str:
    """A parameter, which is never an input: ONNX Runtime does not check its shape."""
    return b.leaf(array, ("initializer", "constant"))


def _scale(b: Builder, shape=()) -> str:
    return _constant(b, b.numbers.uniform(0.02, 0.2, shape).astype(np.float32))


def _zero(b: Builder, dtype: str, shape=()) -> str:
    return _constant(b, b.array(dtype, shape, 0 if dtype == "uint8" else -2, 6))


@generator("FusedMatMul", domain=DOMAIN)
def fused(b: Builder, operator: str) -> None:
    left = b.value("float32", (2, 2, 3, 4), lambda a: a.size > 0)
    shape = b.values[left].shape
    transposes = [b.chance(0.4), b.chance(0.4)]
    inner, columns = shape[-2 if transposes[0] else -1], b.size()
    lead = b.broadcastable(shape[:-2]) if b.chance(0.5) else ()
    right = _constant(b, b.array("float32", (*lead, *((columns, inner) if transposes[1] else (inner, columns))), -1, 1))
    attributes = {name: 1 for name, is_set in zip(("transA", "transB"), transposes) if is_set}
    b.node(operator, [left, right], domain=DOMAIN, alpha=b.choose((None, 0.5, -2.0)), **attributes)


@generator("MatMulIntegerToFloat", "DynamicQuantizeMatMul", domain=DOMAIN)
def product(b: Builder, operator: str) -> None:
    left_type, right_type = b.choose((("uint8", "uint8"), ("uint8", "int8"), ("int8", "int8")))
    lead, rows, inner, columns = b.shape((0, 0, 1, 2)), b.integer(1, 5), b.integer(1, 9), b.integer(1, 20)
    right = _constant(b, _bytes(b, right_type, (inner, columns)))
    per_column = (columns,) if b.chance(0.4) else ()
    scale = _scale(b, per_column)
    zero = _zero(b, right_type, per_column) if b.chance(0.6) else None
    bias = _constant(b, b.array("float32", (columns,))) if b.chance(0.5) else None
    if operator == "DynamicQuantizeMatMul":
        left = b.leaf(b.array("float32", (*lead, rows, inner)))
        b.node(operator, [left, right, scale, zero, bias], domain=DOMAIN)
        return
    left = b.leaf(_bytes(b, left_type, (*lead, rows, inner)))
    b.node(operator, [left, right, _scale(b), scale, _zero(b, left_type) if b.chance(0.6) else None, zero, bias],
           domain=DOMAIN)


@generator("DynamicQuantizeLSTM", domain=DOMAIN)
def recurrent(b: Builder, operator: str) -> None:
    steps, batch, size, hidden = b.integer(1, 5), b.integer(1, 3), b.integer(1, 6), b.integer(1, 6)
    direction = b.choose(("forward", "reverse", "bidirectional"))
    directions = 2 if direction == "bidirectional" else 1
    kind = b.choose(_BYTES)
    parameters = (directions, 4 * hidden) if b.chance(0.4) else (directions,)

    def optional(probability: float, *shape: int):
        return _constant(b, b.array("float32", shape, -0.7, 0.7)) if b.chance(probability) else None

    inputs: List = [
        b.leaf(b.array("float32", (steps, batch, size))), _constant(b, _bytes(b, kind, (directions, size, 4 * hidden))),
        _constant(b, _bytes(b, kind, (directions, hidden, 4 * hidden))), optional(0.7, directions, 8 * hidden), None,
        optional(0.3, directions, batch, hidden), optional(0.3, directions, batch, hidden),
        optional(0.2, directions, 3 * hidden)]
    for _ in range(2):
        inputs += [_constant(b, b.numbers.uniform(0.002, 0.008, parameters).astype(np.float32)),
                   _constant(b, np.full(parameters, 128 if kind == "uint8" else 0, kind))]
    outputs = [True, b.chance(0.5), b.chance(0.5)]
    b.node(operator, inputs, outputs, domain=DOMAIN, hidden_size=hidden, direction=direction)


@generator("QLinearAdd", "QLinearMul", "QLinearSigmoid", "QLinearLeakyRelu", domain=DOMAIN, weight=0.6)
def elementwise(b: Builder, operator: str) -> None:
    kind, shape = b.choose(_BYTES), b.shape((1, 2, 3, 4))
    inputs: List = [b.leaf(_bytes(b, kind, shape)), _scale(b), _zero(b, kind)]
    if operator in ("QLinearAdd", "QLinearMul"):
        inputs += [b.leaf(_bytes(b, kind, b.broadcastable(shape))), _scale(b), _zero(b, kind)]
    b.node(operator, inputs + [_scale(b), _zero(b, kind)], domain=DOMAIN,
           alpha=b.choose((0.1, 0.3)) if operator == "QLinearLeakyRelu" else None)


THEME = ["FusedMatMul", "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM", "QLinearAdd", "QLinearMul",
         "QLinearSigmoid", "QLinearLeakyRelu", "QuantizeLinear", "DequantizeLinear", "Transpose", "Relu", "Add"]
