"""Damages the models and inputs of ONNX's node tests, to see that the library answers with results or with errors.

    python bindings/python/tests/damage.py [--filter REGEX] [--seed N] [--variants N]

runs N variants of every in-scope test in forked processes and prints those that crash or hang, named as
TEST:SEED:VARIANT. The same name always means the same damage.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import sys
import warnings
from typing import Any, Dict, Iterator, List, Tuple

import numpy as np
import onnx
from onnx import AttributeProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnx.backend.test.loader import load_model_tests

import crnn
from crnn import _conformance, _conformance_scope

#: Bytes of address space for a variant, which may ask for huge tensors.
MEMORY_LIMIT = 3 << 30

#: Seconds for a variant.
TIME_LIMIT = 20.0

INTEGERS = (-2**63, -2**62, -2**31, -3, -2, -1, 0, 1, 2, 3, 5, 7, 100, 1000, 2**20, 2**31, 2**40, 2**62, 2**63 - 1)
FLOATS = (float("nan"), float("inf"), 0.0, -1.0, 1e38, 1e-40)
STRINGS = (b"", b"x", b"linear", b"SAME_UPPER", b"VALID", b"reverse", b"bidirectional", b"ij,jk->i", b"...", b"i->ii")
ATTRIBUTES = ("axis", "axes", "keepdims", "pads", "strides", "dilations", "group", "to", "mode")

Feeds = Dict[str, np.ndarray]


def variants(pattern: str, seed: int, count: int) -> Iterator[_conformance.Case]:
    """`count` damaged forms of every node test in scope whose name matches."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tests = load_model_tests(kind="node")
    for test in tests:
        if _conformance_scope.holds(test.name, test.model) and re.search(pattern, test.name):
            for number in range(count):
                name = f"{test.name}:{seed}:{number}"
                yield _conformance.Case(name, True, lambda test=test, name=name: run(test, name))


def run(test: Any, name: str) -> None:
    """Any crnn.Error is a good answer."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    model, feeds = damaged(test, random.Random(name))
    try:
        with crnn.Model(model.SerializeToString()) as opened:
            opened.run(feeds)
    except crnn.Error:
        pass


def damaged(test: Any, choice: random.Random) -> Tuple[ModelProto, Feeds]:
    """A test's model and inputs with one or two things wrong; often some inputs have become constants."""
    model = ModelProto()
    model.CopyFrom(test.model)
    # Declared shapes would be the first to refuse an input.
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    arrays = [numpy_helper.to_array(each) if isinstance(each, TensorProto) else np.asarray(each)
              for each in test.data_sets[0][0]]
    what = choice.choice(("inputs", "node", "both"))
    if what != "inputs" and model.graph.node:
        damage_node(choice.choice(model.graph.node), choice)
    if what != "node" and arrays:
        for _ in range(choice.choice((1, 1, 2))):
            index = choice.randrange(len(arrays))
            arrays[index] = damaged_array(arrays[index], choice)
    feeds = {value.name: array for value, array in zip(model.graph.input, arrays)}
    if choice.random() < 0.4:
        make_constant([name for name in feeds if choice.random() < 0.6], model, feeds)
    return model, feeds


def make_constant(names: List[str], model: ModelProto, feeds: Feeds) -> None:
    for value in [value for value in model.graph.input if value.name in names]:
        model.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(feeds.pop(value.name)), value.name))
        model.graph.input.remove(value)


def damaged_array(array: np.ndarray, choice: random.Random) -> np.ndarray:
    """Other numbers, where they may say where or how many; or another shape."""
    if array.dtype.kind in "iu" and array.size and choice.random() < 0.6:
        limits = np.iinfo(array.dtype)
        changed = array.copy()
        changed.flat[choice.randrange(array.size)] = min(max(choice.choice(INTEGERS), int(limits.min)), int(limits.max))
        return changed
    if array.dtype.kind == "f" and choice.random() < 0.2:
        return np.full(array.shape, choice.choice((np.nan, np.inf, np.finfo(array.dtype).max, 0, -1)), array.dtype)
    shape = damaged_shape(list(array.shape), choice)
    return np.resize(array, shape) if array.size else np.zeros(shape, array.dtype)


def damaged_shape(shape: List[int], choice: random.Random) -> List[int]:
    change = choice.randrange(5)
    axis = choice.randrange(len(shape)) if shape else -1
    if change == 0 or not shape:
        shape.insert(choice.randint(0, len(shape)), choice.choice((0, 1, 2, 3)))
    elif change == 1:
        del shape[axis]
    elif change == 2:
        shape[axis] = 0
    elif change == 3:
        shape[axis] = max(0, shape[axis] + choice.choice((-1, 1)))
    else:
        shape.reverse()
    return shape


def damage_node(node: NodeProto, choice: random.Random) -> None:
    change = choice.randrange(10)
    if change < 7 and node.attribute:
        damage_attribute(node, choice.randrange(len(node.attribute)), choice)
    elif change < 8 and node.input:
        node.input[choice.randrange(len(node.input))] = choice.choice(("", *node.input))
    elif change < 9 and node.input:
        del node.input[-1]
    else:
        value = choice.choice((choice.choice(INTEGERS), [choice.choice(INTEGERS)], [1, 1], [0, 0, 0, 0]))
        node.attribute.append(helper.make_attribute(choice.choice(ATTRIBUTES), value))


def damage_attribute(node: NodeProto, index: int, choice: random.Random) -> None:
    attribute = node.attribute[index]
    if choice.random() < 0.15:
        del node.attribute[index]
    elif attribute.type == AttributeProto.INT:
        attribute.i = choice.choice(INTEGERS)
    elif attribute.type == AttributeProto.FLOAT:
        attribute.f = choice.choice(FLOATS)
    elif attribute.type == AttributeProto.STRING:
        attribute.s = choice.choice((*STRINGS, attribute.s * 2))
    elif attribute.type == AttributeProto.INTS:
        damage_list(attribute.ints, choice.choice(INTEGERS), choice)
    elif attribute.type == AttributeProto.FLOATS:
        damage_list(attribute.floats, choice.choice(FLOATS), choice)
    elif attribute.type == AttributeProto.STRINGS:
        damage_list(attribute.strings, choice.choice(STRINGS), choice)
    elif attribute.type == AttributeProto.TENSOR:
        damage_list(attribute.t.dims, choice.choice(INTEGERS), choice)
    elif attribute.type == AttributeProto.GRAPH and attribute.g.node:
        damage_node(choice.choice(attribute.g.node), choice)


def damage_list(values: Any, another: Any, choice: random.Random) -> None:
    change = choice.randrange(4)
    if change == 0 or not values:
        values.append(another)
    elif change == 1:
        values.pop()
    else:
        values[choice.randrange(len(values))] = another


def main() -> int:
    parser = argparse.ArgumentParser(description="Damages ONNX's node tests and prints what crashes or hangs.")
    parser.add_argument("--filter", default="", metavar="REGEX", help="only tests whose names it matches somewhere")
    parser.add_argument("--seed", type=int, default=0, help="(0)")
    parser.add_argument("--variants", type=int, default=20, metavar="N", help="of each test (20)")
    options = parser.parse_args()
    cases = list(variants(options.filter, options.seed, options.variants))
    failures = 0
    for name, reason in _conformance.outcomes(cases, TIME_LIMIT):
        if reason is not None:
            failures += 1
            print(f"{name}: {reason}", flush=True)
    print(f"{failures:,} of {len(cases):,} variants fail")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
