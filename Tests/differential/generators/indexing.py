"""Operators that take positions."""

from __future__ import annotations

import numpy as np

from ..builder import Builder, Skip
from . import generator


def _positions(b: Builder, extent: int, shape, negative: bool = True) -> np.ndarray:
    return b.numbers.integers(-extent if negative else 0, extent, shape)


def _index_type(b: Builder) -> str:
    return b.choose(("int64", "int64", "int32"))


@generator("Gather", "GatherElements", weight=1.3)
def gather(b: Builder, operator: str) -> None:
    value = b.value(b.type_for(operator), (1, 2, 3, 4), lambda a: a.size > 0)
    array = b.values[value]
    axis = b.integer(-array.ndim if b.opset >= 11 else 0, array.ndim - 1)
    if operator == "Gather":
        shape = b.shape((0, 0, 1, 1, 2))
    else:
        shape = [b.integer(1, extent) for extent in array.shape]
        shape[axis] = b.size()
    positions = _positions(b, array.shape[axis], shape, b.opset >= 11)
    b.node(operator, [value, b.leaf(np.asarray(positions, _index_type(b)))], axis=axis if axis or b.chance(0.5) else None)


def _tuples(b: Builder, shape, lead, depth: int, first: int = 0) -> np.ndarray:
    """Index tuples of `depth` into the dimensions from `first` on."""
    columns = [b.numbers.integers(-shape[first + i], shape[first + i], lead) for i in range(depth)]
    return np.stack(columns, axis=-1).astype(np.int64)


@generator("GatherND")
def gather_nd(b: Builder, operator: str) -> None:
    value = b.value(b.type_for(operator), (1, 2, 3, 4), lambda a: a.size > 0)
    shape = b.values[value].shape
    batch = b.integer(0, len(shape) - 1) if b.since(operator) >= 12 and b.chance(0.4) else 0
    depth = b.integer(1, len(shape) - batch)
    lead = (*shape[:batch], *b.shape((0, 1, 1, 2)))
    b.node(operator, [value, b.leaf(_tuples(b, shape, lead, depth, batch))],
           batch_dims=batch if batch or b.chance(0.2) else None)


_REDUCTIONS = {16: ("none", "add", "mul"), 18: ("none", "add", "mul", "max", "min")}


def _reduction(b: Builder, operator: str):
    version = b.since(operator)
    return b.choose(_REDUCTIONS[18 if version >= 18 else 16]) if version >= 16 and b.chance(0.6) else None


@generator("ScatterND")
def scatter_nd(b: Builder, operator: str) -> None:
    reduction = _reduction(b, operator)
    types = ("float32", "float64", "int32", "int64") if reduction else b.type_for(operator)
    value = b.value(types, (1, 2, 3), lambda a: a.size > 0)
    array = b.values[value]
    depth = b.integer(1, array.ndim)
    count = int(np.prod(array.shape[:depth]))
    lead = b.integer(1, min(count, 4))
    if reduction in (None, "none"):  # Unique: which of two writes wins is unspecified.
        flat = b.random.sample(range(count), lead)
        tuples = np.stack(np.unravel_index(flat, array.shape[:depth]), axis=-1).astype(np.int64)
    else:
        tuples = _tuples(b, array.shape, (lead,), depth)
    updates = b.leaf(b.array(array.dtype.name, (lead, *array.shape[depth:])))
    b.node(operator, [value, b.leaf(tuples), updates], reduction=reduction)


@generator("ScatterElements")
def scatter_elements(b: Builder, operator: str) -> None:
    reduction = _reduction(b, operator)
    types = ("float32", "float64", "int32", "int64") if reduction else b.type_for(operator)
    value = b.value(types, (1, 2, 3), lambda a: a.size > 0)
    array = b.values[value]
    axis = b.integer(-array.ndim, array.ndim - 1)
    shape = [b.integer(1, extent) for extent in array.shape]
    if reduction in (None, "none"):
        rows = [b.numbers.permutation(array.shape[axis])[:shape[axis]]
                for _ in range(int(np.prod(shape)) // shape[axis])]
        moved = [extent for i, extent in enumerate(shape) if i != axis % array.ndim]
        positions = np.moveaxis(np.asarray(rows).reshape(*moved, shape[axis]), -1, axis)
        positions = np.where(b.numbers.random(positions.shape) < 0.3, positions - array.shape[axis], positions)
    else:
        positions = _positions(b, array.shape[axis], shape)
    inputs = [value, b.leaf(np.asarray(positions, _index_type(b))), b.leaf(b.array(array.dtype.name, shape))]
    b.node(operator, inputs, axis=axis if axis or b.chance(0.5) else None, reduction=reduction)


@generator("OneHot", weight=0.8)
def one_hot(b: Builder, operator: str) -> None:
    depth = b.integer(1, 6)
    indices = b.leaf(_positions(b, depth + b.integer(0, 1), b.shape((0, 1, 2, 3))).astype(b.choose(("int64", "int32", "float32"))))
    rank = b.values[indices].ndim
    dtype = b.choose(("float32", "int64", "int32"))
    b.node(operator, [indices, b.argument(depth if b.chance(0.7) else [depth], b.choose(("int64", "int32"))),
                      b.weight(b.array(dtype, (2,)))],
           axis=b.integer(-rank - 1 if b.since(operator) >= 11 else 0, rank) if b.chance(0.6) else None)


@generator("NonZero", weight=0.6)
def non_zero(b: Builder, operator: str) -> None:
    types = b.type_for(operator)
    array = np.round(b.array(types, b.shape((1, 2, 3)), -1, 1)).astype(types)
    b.node(operator, [b.leaf(array)])


@generator("Compress", weight=0.6)
def compress(b: Builder, operator: str) -> None:
    value = b.value(b.type_for(operator), (1, 2, 3), lambda a: a.size > 0)
    array = b.values[value]
    axis = b.integer(-array.ndim if b.since(operator) >= 11 else 0, array.ndim - 1) if b.chance(0.7) else None
    extent = array.size if axis is None else array.shape[axis]
    b.node(operator, [value, b.leaf(b.array("bool", (b.integer(1, extent),)))], axis=axis)
