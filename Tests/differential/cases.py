"""A case: one small graph with the inputs that it is run on."""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np
import onnx
from onnx import helper, numpy_helper

# What a float can be compared by; NumPy calls bfloat16 a void.
FLOATS = ("float16", "float32", "float64", "bfloat16")


def element_type(array: np.ndarray) -> int:
    return helper.np_dtype_to_tensor_dtype(array.dtype)


def tensor(array: np.ndarray, name: str = "") -> onnx.TensorProto:
    return numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name)


@dataclass
class Leaf:
    """A value that no node computes: "input" (of the graph), "initializer" or "constant" (a Constant node)."""

    name: str
    array: np.ndarray
    kind: str
    #: What the graph declares for each dimension of an input: a size, a symbol, or None for an empty one.
    declared: Optional[Tuple[object, ...]] = None


@dataclass
class Node:
    type: str
    #: "" stands for an optional input that is left out.
    inputs: List[str]
    outputs: List[str]
    attributes: Dict[str, object] = field(default_factory=dict)
    domain: str = ""
    #: Outer values that its subgraphs read.
    captures: List[str] = field(default_factory=list)

    def reads(self) -> List[str]:
        return [name for name in self.inputs if name] + self.captures

    def proto(self) -> onnx.NodeProto:
        return helper.make_node(self.type, self.inputs, self.outputs, domain=self.domain, **self.attributes)


@dataclass
class Case:
    opset: int
    leaves: Dict[str, Leaf] = field(default_factory=dict)
    nodes: List[Node] = field(default_factory=list)
    outputs: List[str] = field(default_factory=list)
    #: Input arrays beyond those of the leaves, for further runs.
    more_runs: List[Dict[str, np.ndarray]] = field(default_factory=list)
    ir_version: int = 8

    def copy(self) -> "Case":
        """A copy that may be changed; arrays and subgraphs are shared."""
        return Case(
            self.opset,
            {name: copy.copy(leaf) for name, leaf in self.leaves.items()},
            [Node(n.type, list(n.inputs), list(n.outputs), dict(n.attributes), n.domain, list(n.captures))
             for n in self.nodes],
            list(self.outputs),
            [dict(run) for run in self.more_runs],
            self.ir_version,
        )

    def inputs(self) -> List[Leaf]:
        return [leaf for leaf in self.leaves.values() if leaf.kind == "input"]

    def runs(self) -> List[Dict[str, np.ndarray]]:
        """The graph's inputs, run by run."""
        return [{leaf.name: leaf.array for leaf in self.inputs()}] + self.more_runs

    def without_dead_parts(self) -> "Case":
        """The same outputs, less the nodes and leaves that do not reach them."""
        result, needed = self.copy(), set(self.outputs)
        kept: List[Node] = []
        for node in reversed(result.nodes):
            if needed.intersection(node.outputs):
                needed.update(node.reads())
                kept.append(node)
        result.nodes = kept[::-1]
        result.leaves = {name: leaf for name, leaf in result.leaves.items() if name in needed}
        names = {leaf.name for leaf in result.inputs()}
        result.more_runs = [{k: v for k, v in run.items() if k in names} for run in result.more_runs]
        return result

    def model(self, types: Dict[str, int]) -> onnx.ModelProto:
        """The graph as a model. `types` gives the element types of the outputs."""
        constants = [helper.make_node("Constant", [], [leaf.name], value=tensor(leaf.array))
                     for leaf in self.leaves.values() if leaf.kind == "constant"]
        initializers = [leaf for leaf in self.leaves.values() if leaf.kind == "initializer"]
        inputs = [
            helper.make_tensor_value_info(
                leaf.name, element_type(leaf.array),
                list(leaf.array.shape if leaf.declared is None else leaf.declared))
            for leaf in self.inputs()
        ]
        if self.ir_version < 4:
            inputs += [helper.make_tensor_value_info(leaf.name, element_type(leaf.array), leaf.array.shape)
                       for leaf in initializers]
        graph = helper.make_graph(
            constants + [node.proto() for node in self.nodes], "case", inputs,
            [helper.make_tensor_value_info(name, types.get(name, 1), None) for name in self.outputs],
            [tensor(leaf.array, leaf.name) for leaf in initializers])
        opsets = [helper.make_opsetid("", self.opset)]
        if any(node.domain for node in self.nodes):
            opsets.append(helper.make_opsetid("com.microsoft", 1))
        return helper.make_model(graph, opset_imports=opsets, ir_version=self.ir_version)

    def dump(self) -> str:
        """The graph for a reader."""
        lines = [f"opset {self.opset}"]
        for leaf in self.leaves.values():
            content = np.array2string(leaf.array, threshold=24, precision=5, separator=",").replace("\n", "")
            declared = "" if leaf.declared is None else f" declared {list(leaf.declared)}"
            lines.append(f"  {leaf.kind:12}{leaf.name}: {leaf.array.dtype}{list(leaf.array.shape)}{declared} = {content}")
        for node in self.nodes:
            shown = {k: "graph" if isinstance(v, onnx.GraphProto) else v for k, v in node.attributes.items()}
            captures = f" reading {node.captures}" if node.captures else ""
            lines.append(f"  {', '.join(o or '-' for o in node.outputs)} = {node.type}"
                         f"({', '.join(i or '-' for i in node.inputs)}) {shown or ''}{captures}")
            lines += [onnx.printer.to_text(v) for v in node.attributes.values() if isinstance(v, onnx.GraphProto)]
        lines.append(f"  outputs {', '.join(self.outputs)}")
        for run in self.more_runs:
            lines.append("  also with " + ", ".join(f"{k}: {list(v.shape)}" for k, v in run.items()))
        return "\n".join(lines)

    def save(self, folder: str, types: Dict[str, int], expected: Sequence[Dict[str, np.ndarray]]) -> None:
        """model.onnx, and values.npz with its inputs and expected outputs, run by run."""
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "model.onnx"), "wb") as file:
            file.write(self.model(types).SerializeToString())
        arrays = {}
        for index, run in enumerate(self.runs()):
            arrays.update({f"run{index}.input.{name}": array for name, array in run.items()})
        for index, run in enumerate(expected):
            arrays.update({f"run{index}.output.{name}": array for name, array in run.items()})
        np.savez(os.path.join(folder, "values.npz"), **arrays)
