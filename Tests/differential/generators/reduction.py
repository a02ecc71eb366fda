"""Reductions, sorting and running sums."""

from __future__ import annotations

import numpy as np

from ..builder import Builder, Skip
from . import generator


@generator("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum",
           "ReduceLogSumExp", "ReduceSumSquare", weight=0.8)
def reduce(b: Builder, operator: str) -> None:
    value = b.value(b.type_for(operator))
    rank = b.values[value].ndim
    axes = b.random.sample(range(rank), b.integer(1, rank)) if rank else []
    axes = [a - rank if b.chance(0.4) else a for a in axes]
    attributes = {"keepdims": b.integer(0, 1)} if b.chance(0.6) else {}
    if b.since(operator) >= (13 if operator == "ReduceSum" else 18):
        inputs = [value]
        if b.chance(0.15):
            attributes["noop_with_empty_axes"] = b.integer(0, 1)
        if b.chance(0.8):
            inputs.append(b.argument(axes if b.chance(0.9) else np.zeros(0)))
        b.node(operator, inputs, **attributes)
    else:
        b.node(operator, [value], axes=axes if axes and b.chance(0.8) else None, **attributes)


@generator("ArgMax", "ArgMin")
def extreme(b: Builder, operator: str) -> None:
    value = b.value(b.type_for(operator), (1, 2, 3, 4), lambda a: a.size > 0)
    rank = b.values[value].ndim
    attributes = {"keepdims": b.integer(0, 1)} if b.chance(0.6) else {}
    if b.chance(0.8):
        attributes["axis"] = b.integer(-rank if b.since(operator) >= 11 else 0, rank - 1)
    if b.since(operator) >= 12 and b.chance(0.4):
        attributes["select_last_index"] = b.integer(0, 1)
    b.node(operator, [value], **attributes)


@generator("TopK")
def top(b: Builder, operator: str) -> None:
    value = b.value(b.type_for("TopK"), (1, 2, 3, 4), lambda a: a.size > 0)
    array, version = b.values[value], b.since("TopK")
    axis = b.integer(-array.ndim if version >= 11 else 0, array.ndim - 1)
    count = b.integer(0 if b.chance(0.05) else 1, array.shape[axis])
    attributes = {"axis": axis} if axis not in (-1,) or b.chance(0.5) else {}
    if version >= 11 and b.chance(0.5):
        attributes["largest"] = b.integer(0, 1)
    if version >= 11 and b.chance(0.3):
        attributes["sorted"] = 1
    outputs = [True, b.chance(0.7)]
    if version < 10:
        b.node("TopK", [value], [True, True], k=count, **attributes)
    else:
        b.node("TopK", [value, b.argument([count])], outputs if b.chance(0.9) else [True, True], **attributes)


@generator("CumSum")
def cumulative(b: Builder, operator: str) -> None:
    value = b.value(b.type_for("CumSum"), (1, 2, 3, 4))
    rank = b.values[value].ndim
    axis = b.argument(b.integer(-rank, rank - 1), b.choose(("int32", "int64")))
    b.node("CumSum", [value, axis], **{n: b.integer(0, 1) for n in ("exclusive", "reverse") if b.chance(0.4)})
