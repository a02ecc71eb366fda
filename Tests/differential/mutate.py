"""Broken variants of good cases: the library must refuse them, or give what an oracle gives."""

from __future__ import annotations

import random
from typing import Optional

import numpy as np
import onnx

from . import known, oracle
from .cases import Case, Leaf
from .check import Finding, check, types_of
from .library import Library

NUMBERS = (-(2**63), -(2**31) - 1, -100, -7, -2, -1, 0, 1, 2, 3, 9, 50, 2**31, 2**40, 2**63 - 1)

# Attributes whose other numbers mean another good case, or nothing that is agreed on.
FLAGS = set("""to dtype output_datatype keepdims fmod ceil_mode count_include_pad exclude_outside antialias exclusive reverse
upper linear_before_reset input_forget largest sorted select_last_index noop_with_empty_axes transA transB layout onesided
inverse periodic allowzero storage_order stash_type detect_positive detect_negative""".split())


def broken(case: Case, seed: int) -> Optional[Case]:
    """One random change to an attribute, a constant or an input's shape; None if there is nothing to change.

    Operators of com.microsoft stay whole: ONNX Runtime checks little of them, and dies or reads beyond what is there.
    """
    if any(node.domain for node in case.nodes):
        return None
    chooser = random.Random(seed ^ 0x5EED)
    case = case.copy()
    case.more_runs = []
    case.types = types_of_outputs(case)
    changes = [_attribute, _attribute, _argument, _argument, _shape, _omission, _operands]
    chooser.shuffle(changes)
    return case if any(change(case, chooser) for change in changes) else None


def types_of_outputs(case: Case):
    try:
        return types_of(case, oracle.evaluate_case(case, case.runs()[0]))
    except (oracle.Refused, oracle.Undefined):
        return {}


def _attribute(case: Case, chooser: random.Random) -> bool:
    """Another number, a longer or shorter list, or another word in an attribute."""
    places = [(node, name) for node in case.nodes for name, value in node.attributes.items()
              if isinstance(value, (int, float, str, list)) and name not in FLAGS]
    if not places:
        return False
    node, name = chooser.choice(places)
    value = node.attributes[name]
    if isinstance(value, str):
        node.attributes[name] = chooser.choice(("", "NONE", value + "x"))
    elif isinstance(value, float):
        node.attributes[name] = chooser.choice((-1.0, 0.0, 0.5, 50.0))
    elif isinstance(value, int):
        node.attributes[name] = chooser.choice(NUMBERS)
    elif value and isinstance(value[0], int):
        changed = list(value)
        kind = chooser.randrange(3)
        if kind == 0:
            changed[chooser.randrange(len(changed))] = chooser.choice(NUMBERS)
        elif kind == 1:
            changed.append(chooser.choice(NUMBERS))
        else:
            changed = changed[:-1] or [chooser.choice(NUMBERS)]
        node.attributes[name] = changed
    else:
        return False
    return True


def _argument(case: Case, chooser: random.Random) -> bool:
    """Another number in an integer leaf."""
    places = [leaf for leaf in case.leaves.values() if leaf.array.dtype in (np.int64, np.int32) and leaf.array.size]
    if not places:
        return False
    leaf = chooser.choice(places)
    limits = np.iinfo(leaf.array.dtype)
    number = min(max(chooser.choice(NUMBERS), limits.min), limits.max)
    leaf.array = leaf.array.copy()
    leaf.array.reshape(-1)[chooser.randrange(leaf.array.size)] = number
    return True


def _shape(case: Case, chooser: random.Random) -> bool:
    """A leaf of another size or rank."""
    leaf = chooser.choice(list(case.leaves.values())) if case.leaves else None
    if leaf is None or leaf.array.size == 0:
        return False
    shape = list(leaf.array.shape)
    kind = chooser.randrange(3)
    if kind == 0 and shape:
        shape[chooser.randrange(len(shape))] += chooser.choice((-1, 1, 2))
    elif kind == 1 and shape:
        shape.pop(chooser.randrange(len(shape)))
    else:
        shape.insert(chooser.randrange(len(shape) + 1), chooser.choice((1, 2)))
    leaf.array, leaf.declared = np.resize(leaf.array, shape), tuple(None for _ in shape)
    return True


def _omission(case: Case, chooser: random.Random) -> bool:
    """An input left out."""
    places = [node for node in case.nodes if node.inputs]
    if not places:
        return False
    node = chooser.choice(places)
    node.inputs[chooser.randrange(len(node.inputs))] = ""
    while node.inputs and not node.inputs[-1]:
        node.inputs.pop()
    return True


def _operands(case: Case, chooser: random.Random) -> bool:
    """Another value in an input's place."""
    places = [(i, node) for i, node in enumerate(case.nodes) if node.inputs]
    if not places:
        return False
    index, node = chooser.choice(places)
    earlier = list(case.leaves) + [n for before in case.nodes[:index] for n in before.outputs if n]
    node.inputs[chooser.randrange(len(node.inputs))] = chooser.choice(earlier)
    return True


def _is_undefined(case: Case) -> bool:
    try:
        oracle.evaluate_case(case, case.runs()[0])
    except oracle.Undefined:
        return True
    except oracle.Refused:
        pass
    return False


def check_broken(case: Case, library: Library, threads: int = 1) -> Optional[Finding]:
    """A death, a hang, or a result where both oracles refuse."""
    types = getattr(case, "types", {})
    try:
        model = case.model(types).SerializeToString()
    except (ValueError, TypeError, onnx.checker.ValidationError):
        return None
    answer = library.run(model, case.runs(), threads)
    if answer[0] == "died" or answer[0] == "hang" and not _is_undefined(case):
        return Finding(answer[0], answer[1])
    if answer[0] != "runs" or not isinstance(answer[1][0], dict):
        return None
    try:
        oracle.evaluate_case(case, case.runs()[0])
    except oracle.Undefined:
        return None
    except oracle.Refused as refusal:
        return None if known.is_right_result(case) else Finding("accepted", str(refusal))
    return check(case, library, threads)
