"""Making a failing case small."""

from __future__ import annotations

import re
import time
from typing import Callable, Iterator, Optional, Tuple

import numpy as np

from . import oracle
from .cases import Case, Leaf
from .check import Finding

SECONDS = 20.0


def shrink(case: Case, finding: Finding, judge: Callable[[Case], Optional[Finding]]) -> Tuple[Case, Finding]:
    """The smallest case found that fails in the same way, and how it fails."""
    deadline, changed = time.monotonic() + SECONDS, True
    while changed:
        changed = False
        for smaller in _smaller(case):
            if time.monotonic() > deadline:
                return case, finding
            try:
                found = judge(smaller)
            except Exception:  # A case that cannot even be built is no smaller case.
                continue
            if found is not None and _alike(found, finding):
                case, finding, changed = smaller, found, True
                break
    return case, finding


def _alike(left: Finding, right: Finding) -> bool:
    """Whether two findings are the same but for names and numbers."""
    if left.kind != right.kind or left.kind != "refused":
        return left.kind == right.kind
    return _words(left.message) == _words(right.message)


def _words(message: str) -> str:
    return re.sub(r"\[[^]]*\]|'[^']*'|-?\d+", "", message.split("node ", 1)[-1])


def _keeping(case: Case, smaller: Case) -> Case:
    if hasattr(case, "types"):
        smaller.types = case.types
    return smaller


def _smaller(case: Case) -> Iterator[Case]:
    for candidate in _candidates(case):
        candidate = _keeping(case, candidate.without_dead_parts())
        if candidate.nodes:
            yield candidate


def _candidates(case: Case) -> Iterator[Case]:
    if case.more_runs:
        for index in range(len(case.more_runs)):
            smaller = case.copy()
            del smaller.more_runs[index]
            yield smaller
            smaller = case.copy()
            for leaf in smaller.inputs():
                leaf.array = case.more_runs[index][leaf.name]
            smaller.more_runs = []
            yield smaller
    for name in case.outputs if len(case.outputs) > 1 else ():
        smaller = case.copy()
        smaller.outputs = [name]
        yield smaller
    yield from _earlier_outputs(case)
    yield from _cut(case)
    for index, node in enumerate(case.nodes):
        for name in node.attributes:
            smaller = case.copy()
            del smaller.nodes[index].attributes[name]
            yield smaller
        for position in range(len(node.inputs)):
            smaller = case.copy()
            smaller.nodes[index].inputs[position] = ""
            while smaller.nodes[index].inputs and not smaller.nodes[index].inputs[-1]:
                smaller.nodes[index].inputs.pop()
            yield smaller
    if case.ir_version != 8:
        smaller = case.copy()
        smaller.ir_version = 8
        yield smaller
    for name, leaf in case.leaves.items():
        if leaf.declared is not None:
            smaller = case.copy()
            smaller.leaves[name].declared = None
            yield smaller
    yield from _sizes(case)
    yield from _contents(case)


def _earlier_outputs(case: Case) -> Iterator[Case]:
    """The last node dropped, its inputs being outputs."""
    for node in case.nodes:
        for name in node.outputs:
            if name and name not in case.outputs:
                smaller = case.copy()
                smaller.outputs = [name]
                yield smaller


def _cut(case: Case) -> Iterator[Case]:
    """A computed value made an input."""
    if case.more_runs:
        return
    try:
        values = oracle.evaluate_case(case, case.runs()[0])
    except (oracle.Refused, oracle.Undefined, KeyError):
        return
    for index, node in enumerate(case.nodes[:-1] if len(case.nodes) > 1 else ()):
        if any(name in case.outputs for name in node.outputs):
            continue
        for kind in ("input", "initializer"):
            smaller = case.copy()
            del smaller.nodes[index]
            for name in node.outputs:
                if name:
                    smaller.leaves[name] = Leaf(name, values[name], kind)
            yield smaller


def _sizes(case: Case) -> Iterator[Case]:
    """Every dimension of one size made smaller."""
    sizes = sorted({extent for leaf in case.leaves.values() for extent in leaf.array.shape}, reverse=True)
    for extent in sizes:
        for target in {1, extent // 2, extent - 1}:
            if not 0 < target < extent:
                continue
            smaller = case.copy()
            for leaf in smaller.leaves.values():
                leaf.array = leaf.array[tuple(slice(target if e == extent else e) for e in leaf.array.shape)]
            smaller.more_runs = [{n: a[tuple(slice(target if e == extent else e) for e in a.shape)]
                                  for n, a in run.items()} for run in case.more_runs]
            yield smaller
            for name, leaf in case.leaves.items():
                for axis, e in enumerate(leaf.array.shape):
                    if e == extent:
                        smaller = case.copy()
                        smaller.leaves[name].array = np.take(leaf.array, range(target), axis)
                        yield smaller


def _contents(case: Case) -> Iterator[Case]:
    """Rounder numbers."""
    for name, leaf in case.leaves.items():
        if leaf.array.dtype.kind != "f" or leaf.array.size == 0:
            continue
        for simple in (np.ones_like(leaf.array), np.round(leaf.array), np.round(leaf.array, 1)):
            if not np.array_equal(simple, leaf.array, equal_nan=True):
                smaller = case.copy()
                smaller.leaves[name].array = simple
                yield smaller
