"""Builds ONNX networks with random weights, as PyTorch's exporter would write them."""

from __future__ import annotations

from typing import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
SEED = 2015


class NetworkBuilder:
    """Collects nodes and weights. Methods take and return value names.

    Weights are He's before a ReLU and Glorot's elsewhere, so that activations stay of the order of one. They come from
    a fixed seed: the same network every time.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._random = np.random.default_rng(SEED)
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._count = 0

    # Values

    def input(self, name: str, shape: Sequence[int | str]) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return name

    def output(self, value: str, name: str, shape: Sequence[int | str]) -> None:
        self.node("Identity", value, output=name)
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def constant(self, array: np.ndarray) -> str:
        name = self._name("weight")
        self._weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def integers(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def node(self, operator: str, *inputs: str, output: str | None = None, **attributes: object) -> str:
        return self.nodes(operator, *inputs, outputs=[output or self._name(operator.lower())], **attributes)[0]

    def nodes(self, operator: str, *inputs: str, outputs: Sequence[str], **attributes: object) -> list[str]:
        """A node with several outputs."""
        name = self._name(operator)
        self._nodes.append(helper.make_node(operator, list(inputs), list(outputs), name=name, **attributes))
        return list(outputs)

    def _name(self, stem: str) -> str:
        self._count += 1
        return f"{stem}_{self._count}"

    def normal(self, shape: Sequence[int], deviation: float) -> np.ndarray:
        return (self._random.standard_normal(shape) * deviation).astype(np.float32)

    def uniform(self, shape: Sequence[int], low: float, high: float) -> np.ndarray:
        return self._random.uniform(low, high, shape).astype(np.float32)

    # Layers

    def convolution(self, x: str, inputs: int, outputs: int, kernel: Sequence[int],
                    strides: Sequence[int] | None = None, padding: Sequence[int] | None = None, groups: int = 1, normalised: bool = False,
                    gain: float = 2.0) -> str:
        """With a bias, and batch normalisation after it if asked for. Padding keeps the size unless given."""
        padding = [size // 2 for size in kernel] if padding is None else padding
        fan = inputs // groups * int(np.prod(kernel))
        y = self.node(
            "Conv", x, self.constant(self.normal([outputs, inputs // groups, *kernel], (gain / fan) ** 0.5)),
            self.constant(self.uniform([outputs], -0.1, 0.1)), kernel_shape=list(kernel), group=groups,
            strides=list(strides or [1] * len(kernel)), pads=[*padding, *padding])
        return self.batch_normalisation(y, outputs) if normalised else y

    def batch_normalisation(self, x: str, channels: int) -> str:
        bounds = [(0.8, 1.2), (-0.1, 0.1), (-0.1, 0.1), (0.8, 1.2)]
        return self.node("BatchNormalization", x, *(self.constant(self.uniform([channels], *pair)) for pair in bounds))

    def relu(self, x: str) -> str:
        return self.node("Relu", x)

    def max_pool(self, x: str, kernel: Sequence[int], strides: Sequence[int] | None = None,
                 padding: Sequence[int] = (0, 0)) -> str:
        return self.node("MaxPool", x, kernel_shape=list(kernel), strides=list(strides or kernel),
                         pads=[*padding, *padding])

    def linear(self, x: str, inputs: int, outputs: int) -> str:
        product = self.node("MatMul", x, self.constant(self.normal([inputs, outputs], (2 / (inputs + outputs)) ** 0.5)))
        return self.node("Add", product, self.constant(self.uniform([outputs], -0.1, 0.1)))

    def columns(self, x: str) -> str:
        """Features of height one, [N, C, 1, T], as a sequence [T, N, C]."""
        return self.node("Transpose", self.node("Squeeze", x, self.integers(2)), perm=[2, 0, 1])

    def recurrent(self, kind: str, x: str, inputs: int, hidden: int) -> str:
        """A bidirectional LSTM or GRU: [T, N, inputs] to [T, N, 2 hidden]."""
        y = self.nodes(kind, x, *self.recurrent_weights(kind, inputs, hidden, 2), direction="bidirectional",
                       hidden_size=hidden, outputs=[self._name(kind.lower())],
                       **({"linear_before_reset": 1} if kind == "GRU" else {}))[0]
        return self.node("Reshape", self.node("Transpose", y, perm=[0, 2, 1, 3]), self.integers(0, 0, -1))

    def recurrent_weights(self, kind: str, inputs: int, hidden: int, directions: int) -> list[str]:
        gates = {"LSTM": 4, "GRU": 3}[kind]
        return [
            self.constant(self.normal([directions, gates * hidden, inputs], (2 / (inputs + gates * hidden)) ** 0.5)),
            self.constant(self.normal([directions, gates * hidden, hidden], (2 / (hidden + gates * hidden)) ** 0.5)),
            self.constant(self.uniform([directions, 2 * gates * hidden], -0.1, 0.1)),
        ]

    # The whole

    def model(self) -> onnx.ModelProto:
        graph = helper.make_graph(self._nodes, self.name, self._inputs, self._outputs, self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8,
                                  producer_name="crnn benchmarks")
        onnx.checker.check_model(model, full_check=True)
        return model
