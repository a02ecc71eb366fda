"""If, Loop and Scan."""

from __future__ import annotations

from typing import Dict, List

import numpy as np
import onnx
from onnx import helper

from ..builder import Builder, Skip
from ..cases import element_type, tensor
from . import generator


def _info(name: str, array: np.ndarray) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, element_type(array), None)


def _step(b: Builder, left: str, right: str, output: str) -> List[onnx.NodeProto]:
    """A few nodes that make `output` from two values of one shape and type."""
    first, second = b.choose(("Add", "Sub", "Mul", "Max")), b.choose(("Tanh", "Sigmoid", "Identity", "Neg"))
    middle = output + "_middle"
    return [helper.make_node(first, [left, right], [middle]), helper.make_node(second, [middle], [output])]


@generator("If", weight=0.8)
def conditional(b: Builder, operator: str) -> None:
    value = b.value("float32")
    array = b.values[value]
    other = b.new("float32", b.broadcastable(array.shape, one_way=True))
    condition = b.leaf(np.asarray(b.chance(0.5)) if b.chance(0.8) else np.asarray([b.chance(0.5)]))
    count = b.integer(1, 2)
    branches = []
    for branch in ("then", "else"):
        nodes, outputs, inits = [], [], []
        for index in range(count):
            name = f"{branch}_{index}"
            right = other
            if b.chance(0.3):
                inits.append(tensor(b.array("float32", ()), name + "_constant"))
                right = name + "_constant"
            nodes += _step(b, value, right, name)
            outputs.append(_info(name, array))
        branches.append(helper.make_graph(nodes, branch, [], outputs, inits))
    b.node("If", [condition], count, captures=[value, other], then_branch=branches[0], else_branch=branches[1])


@generator("Loop", weight=0.8)
def loop(b: Builder, operator: str) -> None:
    if b.opset < 9:
        raise Skip  # The oracles cannot compare integers.
    value = b.value("float32", (0, 1, 2, 3))
    array = b.values[value]
    outer = b.new("float32", array.shape)
    trips = b.argument(b.integer(0, 4)) if b.chance(0.8) else None
    keep = b.leaf(np.asarray(True)) if trips is None or b.chance(0.5) else None
    stops = trips is None or b.chance(0.4)
    nodes = _step(b, "state_in", outer, "state_out")
    if b.chance(0.4):
        nodes.insert(0, helper.make_node("Cast", ["iteration"], ["number"], to=1))
        nodes.insert(1, helper.make_node("Add", ["state_in", "number"], ["moved"]))
        nodes[2].input[0] = "moved"
    inits = []
    if stops:
        inits.append(tensor(np.asarray(b.integer(0, 3), np.int64), "limit"))
        nodes.append(helper.make_node("Less", ["iteration", "limit"], ["keep_out"]))
    else:
        nodes.append(helper.make_node("Identity", ["keep_in"], ["keep_out"]))
    scans = b.integer(0, 2)
    outputs = [helper.make_tensor_value_info("keep_out", 9, []), _info("state_out", array)]
    for index in range(scans):
        nodes.append(helper.make_node(b.choose(("Identity", "Relu", "Neg")), ["state_out"], [f"scan_{index}"]))
        outputs.append(_info(f"scan_{index}", array))
    body = helper.make_graph(nodes, "body", [
        helper.make_tensor_value_info("iteration", 7, []), helper.make_tensor_value_info("keep_in", 9, []),
        _info("state_in", array)], outputs, inits)
    if b.since("Loop") < 11 and trips is None and keep is None:
        raise Skip
    b.node("Loop", [trips, keep, value], 1 + scans, captures=[outer], body=body)


@generator("Scan", weight=0.8)
def scan(b: Builder, operator: str) -> None:
    if b.since("Scan") < 9:
        raise Skip
    sequence = b.value("float32", (1, 2, 3, 4), lambda a: a.size > 0)
    array = b.values[sequence]
    axis = b.integer(-array.ndim if b.since("Scan") >= 11 else 0, array.ndim - 1) if b.chance(0.4) else 0
    element = tuple(e for i, e in enumerate(array.shape) if i != axis % array.ndim)
    state = b.new("float32", element)
    reads: List[str] = []
    right = "element_in"
    nodes = _step(b, "state_in", right, "state_out")
    if b.chance(0.4):
        outer = b.new("float32", b.broadcastable(element, one_way=True))
        reads.append(outer)
        nodes.append(helper.make_node("Mul", ["state_out", outer], ["element_out"]))
    else:
        nodes.append(helper.make_node("Relu", ["state_out"], ["element_out"]))
    one = np.zeros(element, np.float32)
    body = helper.make_graph(nodes, "body", [_info("state_in", one), _info("element_in", one)],
                             [_info("state_out", one), _info("element_out", one)])
    attributes: Dict = {"num_scan_inputs": 1, "body": body}
    if axis:
        attributes["scan_input_axes"] = [axis]
    if b.chance(0.3):
        attributes["scan_input_directions"] = [1]
    if b.chance(0.2):
        attributes["scan_output_directions"] = [1]
    if element and b.chance(0.2):
        attributes["scan_output_axes"] = [b.integer(0, len(element))]
    b.node("Scan", [state, sequence], 2, captures=reads, **attributes)
