"""Normalisation and softmax."""

from __future__ import annotations

import numpy as np

from ..builder import Builder, Skip
from . import generator
from .convolution import images


@generator("Softmax", "LogSoftmax", "Hardmax")
def softmax(b: Builder, operator: str) -> None:
    value = b.value(b.type_for(operator), (1, 2, 3, 4), lambda a: a.size > 0)
    rank = b.values[value].ndim
    given = b.chance(0.7) or (rank == 1 and b.opset < 13)
    b.node(operator, [value], axis=b.integer(-rank if b.opset >= 11 else 0, rank - 1) if given else None)


def _vector(b: Builder, dtype: str, count: int, low: float = -1, high: float = 1) -> str:
    return b.weight(b.array(dtype, (count,), low, high))


@generator("BatchNormalization", weight=1.5)
def batch(b: Builder, operator: str) -> None:
    value = images(b, operator)
    if b.chance(0.2):
        value = b.value(b.type_for(operator), (2, 3), lambda a: a.size > 0)
    dtype, channels = b.values[value].dtype.name, b.values[value].shape[1]
    inputs = [value, _vector(b, dtype, channels), _vector(b, dtype, channels), _vector(b, dtype, channels),
              _vector(b, dtype, channels, 0.2, 2)]
    b.node(operator, inputs, epsilon=b.choose((None, 1e-3, 0.1)), momentum=0.9 if b.chance(0.3) else None)


@generator("InstanceNormalization", "GroupNormalization")
def instance(b: Builder, operator: str) -> None:
    value = images(b, operator)
    dtype, channels = b.values[value].dtype.name, b.values[value].shape[1]
    epsilon = b.choose((None, 1e-3, 0.1))
    if operator == "InstanceNormalization":
        b.node(operator, [value, _vector(b, dtype, channels), _vector(b, dtype, channels)], epsilon=epsilon)
        return
    groups = b.choose([g for g in range(1, channels + 1) if channels % g == 0])
    count = groups if b.since(operator) < 21 else channels
    b.node(operator, [value, _vector(b, dtype, count), _vector(b, dtype, count)], num_groups=groups, epsilon=epsilon,
           stash_type=1 if b.since(operator) >= 21 and b.chance(0.3) else None)


@generator("LayerNormalization", "RMSNormalization")
def layer(b: Builder, operator: str) -> None:
    value = b.value(b.type_for(operator), (1, 2, 3, 4), lambda a: a.size > 0)
    array = b.values[value]
    axis = b.integer(-array.ndim, array.ndim - 1)
    shape = array.shape[axis:] if axis < 0 else array.shape[axis:]
    attributes = {} if axis == -1 and b.chance(0.5) else {"axis": axis}
    inputs = [value, b.weight(b.array(array.dtype.name, shape))]
    outputs = [True]
    if operator == "LayerNormalization":
        if b.chance(0.5):
            inputs.append(b.weight(b.array(array.dtype.name, shape)))
        outputs += [b.chance(0.15), b.chance(0.15)]
    b.node(operator, inputs, outputs, epsilon=b.choose((None, 1e-3, 0.1)), **attributes)


@generator("LpNormalization", "MeanVarianceNormalization", "LRN", weight=0.6)
def other(b: Builder, operator: str) -> None:
    if operator == "LRN":
        b.node(operator, [images(b, operator)], size=b.choose((1, 3, 5)), alpha=b.choose((None, 0.1)),
               beta=b.choose((None, 0.5)), bias=b.choose((None, 2.0)))
        return
    if operator == "MeanVarianceNormalization":
        value = b.value(b.type_for(operator), (4,), lambda a: a.size > 0)
        axes = None if b.chance(0.4) else sorted(b.random.sample(range(4), b.integer(1, 4)))
        b.node(operator, [value], axes=axes)
        return
    value = b.value(b.type_for(operator), (1, 2, 3, 4), lambda a: a.size > 0)
    rank = b.values[value].ndim
    b.node(operator, [value], p=b.choose((None, 1, 2)), axis=b.integer(-rank, rank - 1) if b.chance(0.7) else None)
