"""Every operator on tensors that are far larger than memory: views that repeat one element. It gives a result or an
error, and does not end the process, whatever the limit.
"""

from __future__ import annotations

import itertools
import os
import pathlib
import re
import resource
import select
import signal
from typing import Any, Dict, Iterator, List, NamedTuple, Tuple

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import crnn
import small_models

#: A run that works through all elements of a view is stopped after this.
SECONDS = 0.2
ADDRESS_SPACE = 3 << 30
UNLIMITED = 1 << 62

#: Just below the default limit, and far above.
SHAPES: Tuple[Tuple[int, ...], ...] = (
    (1 << 31,), (1 << 16, 1 << 15), (1, 1 << 31, 1), (1 << 40,), (1 << 20, 1 << 20), (1 << 52, 3), (1, 1 << 40, 2),
    (3, 1 << 18, 1 << 18), (1, 1 << 40, 2, 2), (1, 2, 1 << 20, 1 << 20), (1, 1, 2, 2, 1 << 40),
)
#: What integer inputs that are not huge hold: as axes, sizes, pads, counts.
INTEGERS = ((0,), (1,), (-1,), (1 << 31,), (1 << 40,), (1 << 62,), (-(1 << 63),), (1, 1 << 40), (0, 1, 0, 1 << 40))
#: Which inputs are huge, of an operator's first three.
PATTERNS = ((True, False, False), (True, True, True), (False, True, True), (False, False, True))
TYPES = {"tensor(float)": TensorProto.FLOAT, "tensor(int64)": TensorProto.INT64, "tensor(uint8)": TensorProto.UINT8,
         "tensor(int32)": TensorProto.INT32, "tensor(bool)": TensorProto.BOOL, "tensor(int8)": TensorProto.INT8}
ATTRIBUTES: Dict[str, Any] = {
    "kernel_shape": [1, 1], "to": TensorProto.DOUBLE, "axis": 0, "blocksize": 1, "equation": "ij,jk->ik",
    "num_groups": 1, "size": 3,
}
OPSET = 24
#: Operators that hold graphs are tested below.
WITH_GRAPHS = {"If", "Loop", "Scan"}


_F, _B, _I = TensorProto.FLOAT, TensorProto.UINT8, TensorProto.INT32
#: Inputs of operators that are not ONNX's own.
INPUTS: Dict[str, List[int]] = {
    "DequantizeLinear": [_B, _F, _B], "QuantizeLinear": [_F, _F, _B], "DynamicQuantizeMatMul": [_F, _B, _F, _B],
    "MatMulIntegerToFloat": [_B, _B, _F, _F], "QGemm": [_B, _F, _B, _B, _F, _B, _I], "FusedMatMul": [_F, _F],
    "QLinearAdd": [_B, _F, _B, _B, _F, _B, _F, _B], "QLinearMul": [_B, _F, _B, _B, _F, _B, _F, _B],
    "QLinearConcat": [_F, _B, _B, _F, _B], "QLinearSigmoid": [_B, _F, _B, _F, _B],
    "QLinearLeakyRelu": [_B, _F, _B, _F, _B], "QLinearSoftmax": [_B, _F, _B, _F, _B],
    "QLinearAveragePool": [_B, _F, _B, _F, _B], "QLinearGlobalAveragePool": [_B, _F, _B, _F, _B],
    "DynamicQuantizeLSTM": [_F, TensorProto.INT8, TensorProto.INT8, _F, _I, _F, _F, _F, TensorProto.INT8],
}
WIDE = 1 << 40
#: Shapes that belong together, each of the inputs' in turn.
CONVOLUTIONS = [
    ((1, 1, WIDE), (1, 1, 1)), ((1, 1, WIDE), (1, 1, WIDE)), ((1, WIDE, 3), (1, WIDE, 3)), ((WIDE, 1, 3), (1, 1, 3)),
    ((1, 1, 3), (WIDE, 1, 3)), ((1, 1, 1 << 20, 1 << 20), (1, 1, 3, 3)), ((1, 1, 8, 8), (1 << 20, 1, 1 << 20, 3)),
    ((1, 1 << 20, 4), (1 << 20, 1 << 20, 1)), ((1 << 20, 1, 1 << 20), (2, 1, 1)),
]


def recurrent(gates: int) -> List[Tuple[Tuple[int, ...], ...]]:
    return [((steps, batch, size), (1, gates * hidden, size), (1, gates * hidden, hidden))
            for steps, batch, size, hidden in ((WIDE, 1, 1, 1), (1, WIDE, 1, 1), (1, 1, WIDE, 1), (1, 1, 1, 1 << 20),
                                               (1 << 20, 1 << 20, 1, 1))]


NORMS = [((1, WIDE, 2), (WIDE,), (WIDE,)), ((WIDE, 2, 3), (2,), (2,)), ((1, 2, WIDE), (2,), (2,))]
SHAPED: Dict[str, List[Tuple[Tuple[int, ...], ...]]] = {
    "Conv": CONVOLUTIONS, "ConvInteger": CONVOLUTIONS, "ConvTranspose": CONVOLUTIONS,
    "QLinearConv": [(x, (1,), (1,), w, (1,), (1,), (1,), (1,)) for x, w in CONVOLUTIONS],
    "LSTM": recurrent(4), "GRU": recurrent(3), "RNN": recurrent(1),
    "InstanceNormalization": NORMS, "GroupNormalization": NORMS,
    "BatchNormalization": [(*norm, norm[1], norm[1]) for norm in NORMS],
    "Range": [((1,), (1,), (1,))],
    "MatMul": [((WIDE, 1, 1), (1, 1, 1)), ((1, WIDE), (WIDE, 1)), ((WIDE, 1, 1), (WIDE, 1, 1)), ((WIDE, 0, 1), (1, 1))],
    "NonZero": [((1 << 31,),)],
    "Compress": [((1 << 31,), (1 << 31,))],
}


class Variant(NamedTuple):
    #: Of each input; those that are not named are small.
    shapes: Tuple[Any, ...]
    integers: Tuple[int, ...] = (0,)


def operators() -> List[str]:
    table = (pathlib.Path(__file__).parents[3] / "docs" / "operators.md").read_text()
    return [name for name in re.findall(r"^\| ((?:[\w.]+ )?\w+) \| \d", table, re.MULTILINE)
            if name not in WITH_GRAPHS]


def variants(name: str) -> Iterator[Variant]:
    types = signature(name)[2]
    if not types:
        yield Variant(())
    for shapes in SHAPED.get(name, ()):
        yield Variant(shapes)
    seen = set()
    for shape, pattern in itertools.product(SHAPES, PATTERNS):
        shapes = tuple(shape if huge else None for huge, _ in zip(pattern, types))
        takes_integers = any(kind == TensorProto.INT64 and given is None
                             for kind, given in itertools.zip_longest(types, shapes))
        for integers in INTEGERS if takes_integers else INTEGERS[:1]:
            variant = Variant(shapes, integers)
            if any(shapes) and variant not in seen:
                seen.add(variant)
                yield variant


def signature(name: str) -> Tuple[str, str, List[int], Dict[str, Any], int]:
    """Domain and name of an operator, types of its inputs, attributes that it must have, and its outputs."""
    domain, _, operator = name.rpartition(" ")
    try:
        schema = onnx.defs.get_schema(operator, OPSET, domain)
    except onnx.defs.SchemaError:
        attributes = {"axis": 0} if operator == "QLinearConcat" else {"kernel_shape": [1], "hidden_size": 1, "opset": 13}
        return domain, operator, INPUTS[operator], attributes, 1
    types = []
    for parameter in schema.inputs[:8]:
        repeats = 2 if parameter.option == onnx.defs.OpSchema.FormalParameterOption.Variadic else 1
        types += [next((TYPES[kind] for kind in TYPES if kind in parameter.types), TensorProto.FLOAT)] * repeats
    if name in SHAPED:
        types = types[:len(SHAPED[name][0])]
    attributes = {key: ATTRIBUTES[key] for key in schema.attributes if key in ATTRIBUTES and schema.attributes[key].required}
    return domain, operator, types, attributes, max(schema.min_output, 1)


def model(name: str, variant: Variant) -> bytes:
    domain, operator, types, attributes, outputs = signature(name)
    nodes, inputs, constants = [], [], {}
    rank = max((len(shape) for shape in variant.shapes if shape), default=1)
    for index, (kind, shape) in enumerate(itertools.zip_longest(types, variant.shapes)):
        given = f"given {index}"
        if shape is not None:
            constants[f"shape {index}"] = np.array(shape, np.int64)
            nodes.append(helper.make_node("Expand", [f"one {index}", f"shape {index}"], [given]))
            inputs.append(small_models.value(f"one {index}", kind, [1]))
        elif kind == TensorProto.INT64:
            constants[given] = np.array(variant.integers, np.int64)
        else:
            constants[given] = np.ones([1] * min(rank, 4), helper.tensor_dtype_to_np_dtype(kind))
    results = [f"result {index}" for index in range(outputs)]
    nodes.append(helper.make_node(operator, [f"given {index}" for index in range(len(types))], results, domain=domain,
                                  **attributes))
    inputs = inputs or [small_models.value("unused", TensorProto.FLOAT, [1])]
    return small_models.model(nodes, inputs, [small_models.value(result, 0, None) for result in results], constants,
                              opset=OPSET, domains=[domain] if domain else [])


def outcome(content: bytes, memory_limit: int) -> str:
    try:
        with crnn.Model(content) as opened, opened.session(memory_limit=memory_limit) as session:
            session.run({spec.name: np.ones([1], spec.dtype) for spec in opened.inputs})
        return "runs"
    except crnn.Error as error:
        return type(error).__name__


def child(contents: List[bytes], first: int, output: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    for content in contents[first:]:
        for memory_limit in (UNLIMITED, 4 << 30):
            os.write(output, f"{outcome(content, memory_limit)}\n".encode())


def trials(contents: List[bytes]) -> List[str]:
    """What came of each: an outcome, "stopped", or how the process ended."""
    found: List[str] = []
    while len(found) < 2 * len(contents):
        source, output = os.pipe()
        process = os.fork()
        if process == 0:
            try:
                child(contents, (len(found) + 1) // 2, output)
            finally:
                os._exit(0)
        os.close(output)
        found = found[:(len(found) + 1) // 2 * 2]
        stopped = False
        with os.fdopen(source, "rb", 0) as lines:
            while len(found) < 2 * len(contents):
                stopped = not select.select([lines], [], [], SECONDS)[0]
                line = b"" if stopped else lines.readline()
                if not line:
                    break
                found.append(line.decode().strip())
        if stopped:
            os.kill(process, signal.SIGKILL)
        status = os.waitpid(process, 0)[1]
        if len(found) < 2 * len(contents):
            found.append("stopped" if stopped else f"died: {status}")
            if len(found) % 2:
                found.append("not tried")
    return found


@pytest.mark.parametrize("name", operators())
def test_operator(name: str) -> None:
    tried = list(variants(name))
    for index, result in enumerate(trials([model(name, variant) for variant in tried])):
        assert not result.startswith("died"), (tried[index // 2], "unlimited" if index % 2 == 0 else "limited", result)


def with_graph(operator: str, shape: Tuple[int, ...]) -> bytes:
    """An operator that holds a graph, on a view of this shape; the graph doubles what it is given."""
    double = helper.make_node("Add", ["part", "part"], ["doubled"])
    inner = [small_models.value("part", TensorProto.FLOAT, None)]
    outer = [helper.make_node("Expand", ["one", "shape"], ["wide"])]
    result = small_models.value("doubled", TensorProto.FLOAT, None)
    constants = {"shape": np.array(shape, np.int64), "count": np.array(1 << 62), "true": np.array(True)}
    if operator == "Scan":
        body = helper.make_graph([double], "body", inner, [result])
        outer.append(helper.make_node("Scan", ["wide"], ["y"], body=body, num_scan_inputs=1))
    elif operator == "Loop":
        kept = helper.make_node("Identity", ["flag"], ["still"])
        flags = [small_models.value(name, TensorProto.BOOL, []) for name in ("flag", "still")]
        body = helper.make_graph([kept, double], "body",
                                 [small_models.value("step", TensorProto.INT64, []), flags[0], *inner],
                                 [flags[1], result])
        outer.append(helper.make_node("Loop", ["count", "true", "wide"], ["y"], body=body))
    else:
        outer.append(helper.make_node("Identity", ["wide"], ["part"]))
        body = helper.make_graph([double], "body", [], [result])
        outer.append(helper.make_node("If", ["true"], ["y"], then_branch=body, else_branch=body))
    return small_models.model(outer, [small_models.value("one", TensorProto.FLOAT, [1])],
                              [small_models.value("y", 0, None)], constants)


@pytest.mark.parametrize("operator", sorted(WITH_GRAPHS))
def test_operator_with_a_graph(operator: str) -> None:
    for shape, result in zip(SHAPES, trials([with_graph(operator, shape) for shape in SHAPES])[::2]):
        assert not result.startswith("died"), (shape, result)
