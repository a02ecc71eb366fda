"""Matrix products."""

from __future__ import annotations

import numpy as np

from ..builder import Builder, Skip
from . import generator


@generator("MatMul", weight=2)
def matmul(b: Builder, operator: str) -> None:
    dtype = b.type_for("MatMul")
    left = b.value(dtype, (1, 2, 2, 3, 3, 4))
    shape = b.values[left].shape
    inner, columns = shape[-1], b.size()
    choice = b.integer(0, 3)
    if choice == 0:
        other = (inner,)
    elif choice == 1 or len(shape) < 3:
        other = (inner, columns)
    else:
        other = (*b.broadcastable(shape[:-2]), inner, columns)
    array = b.array(dtype, other, -1, 1)
    b.node("MatMul", [left, b.weight(array) if b.chance(0.6) else b.leaf(array)])


@generator("Gemm", weight=1.5)
def gemm(b: Builder, operator: str) -> None:
    dtype = b.type_for("Gemm")
    left = b.value(dtype, 2)
    transposes = [b.chance(0.3), b.chance(0.5)]
    rows, inner = b.values[left].shape[::-1] if transposes[0] else b.values[left].shape
    columns = b.size()
    right = b.weight(b.array(dtype, (columns, inner) if transposes[1] else (inner, columns), -1, 1))
    inputs = [left, right]
    if b.opset < 11 or b.chance(0.7):
        inputs.append(b.weight(b.array(dtype, b.broadcastable((rows, columns), one_way=True))))
    attributes = {name: 1 for name, set_ in zip(("transA", "transB"), transposes) if set_}
    for name in ("alpha", "beta"):
        if b.chance(0.25):
            attributes[name] = float(b.choose((0.0, 0.5, 2.0, 1.0))) if dtype in ("float32", "float16", "float64") else 2.0
    b.node("Gemm", inputs, **attributes)


@generator("Einsum")
def einsum(b: Builder, operator: str) -> None:
    dtype = b.type_for("Einsum", among=("float32", "float64", "int32", "int64", "float16"))
    count = b.choose((1, 2, 2, 2, 3))
    sizes = {letter: b.size(high=4) for letter in "abcdij"}
    ellipsis = b.chance(0.2)
    batch = [b.size(high=3) for _ in range(b.integer(0, 2))] if ellipsis else []
    terms, names = [], []
    for _ in range(count):
        letters = b.random.sample(sorted(sizes), b.integer(0 if ellipsis else 1, 3))
        if letters and b.chance(0.08):
            letters.append(letters[0])
        lead = "..." if ellipsis else ""
        terms.append(lead + "".join(letters))
        own = batch if b.chance(0.7) or not ellipsis else b.broadcastable(batch, one_way=True)
        names.append(b.new(dtype, (*own, *(sizes[l] for l in letters)), -1, 1))
    used = sorted({l for term in terms for l in term if l != "."})
    equation = ",".join(terms)
    if b.chance(0.8):
        kept = b.random.sample(used, b.integer(0, min(len(used), 3)))
        equation += "->" + ("..." if ellipsis else "") + "".join(kept)
    if b.chance(0.2):
        equation = equation.replace(",", " , ").replace("->", " -> ")
    b.node("Einsum", names, equation=equation)
