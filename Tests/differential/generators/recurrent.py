"""LSTM, GRU and RNN."""

from __future__ import annotations

from typing import List

import numpy as np

from ..builder import Builder, Skip
from . import generator

_GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
_FUNCTIONS = {"LSTM": 3, "GRU": 2, "RNN": 1}
_ACTIVATIONS = ("Sigmoid", "Tanh", "Relu", "HardSigmoid", "Softsign", "Softplus", "LeakyRelu", "Elu", "Affine",
                "ScaledTanh", "ThresholdedRelu")
_PARAMETERS = {"HardSigmoid": (0.25, 0.4), "LeakyRelu": (0.1, None), "Elu": (0.8, None), "Affine": (0.6, 0.1),
               "ScaledTanh": (0.9, 0.7), "ThresholdedRelu": (0.2, None)}


@generator("LSTM", "GRU", "RNN", weight=1.5)
def recurrent(b: Builder, operator: str) -> None:
    value = b.value(b.type_for(operator, among=("float32", "float32", "float16")), 3, lambda a: a.size > 0)
    array = b.values[value]
    dtype = array.dtype.name
    layout = 1 if b.since(operator) >= 14 and b.chance(0.15) else 0
    batch, steps = (array.shape[0], array.shape[1]) if layout else (array.shape[1], array.shape[0])
    size, hidden, gates = array.shape[2], b.integer(1, 7), _GATES[operator]
    direction = b.choose(("forward", "forward", "reverse", "bidirectional", "bidirectional"))
    directions = 2 if direction == "bidirectional" else 1

    def parameter(*shape: int) -> str:
        return b.weight(b.array(dtype, shape, -0.7, 0.7))

    def state() -> str:
        shape = (batch, directions, hidden) if layout else (directions, batch, hidden)
        return b.leaf(b.array(dtype, shape, -1, 1))

    inputs: List = [value, parameter(directions, gates * hidden, size), parameter(directions, gates * hidden, hidden)]
    inputs.append(parameter(directions, 2 * gates * hidden) if b.chance(0.7) else None)
    lengths = [b.integer(1, steps) for _ in range(batch)]
    inputs.append(b.leaf(np.asarray(lengths, np.int32)) if b.chance(0.25) else None)
    inputs.append(state() if b.chance(0.35) else None)
    if operator == "LSTM":
        inputs.append(state() if b.chance(0.35) else None)
        inputs.append(parameter(directions, 3 * hidden) if b.chance(0.2) else None)
    outputs = [b.chance(0.8), b.chance(0.4)] + ([b.chance(0.4)] if operator == "LSTM" else [])
    if not any(outputs):
        outputs[0] = True
    attributes = {"hidden_size": hidden}
    if direction != "forward" or b.chance(0.3):
        attributes["direction"] = direction
    if layout:
        attributes["layout"] = 1
    if b.chance(0.15):
        attributes["clip"] = round(b.random.uniform(0.2, 1.5), 2)
    if b.chance(0.2):
        _activations(b, attributes, _FUNCTIONS[operator] * directions)
    if operator == "GRU" and b.chance(0.5):
        attributes["linear_before_reset"] = b.integer(0, 1)
    if operator == "LSTM" and b.chance(0.1):
        attributes["input_forget"] = b.integer(0, 1)
    b.node(operator, inputs, outputs, **attributes)


def _activations(b: Builder, attributes: dict, count: int) -> None:
    """Functions other than the usual, with all their parameters or none."""
    names = [b.choose(_ACTIVATIONS) for _ in range(count)]
    attributes["activations"] = [n if b.chance(0.7) else b.choose((n.lower(), n.upper())) for n in names]
    needs = any(n in ("Affine", "ScaledTanh", "ThresholdedRelu") for n in names)
    if needs or b.chance(0.5):
        pairs = [_PARAMETERS.get(n, (None, None)) for n in names]
        alphas, betas = [p[0] for p in pairs if p[0] is not None], [p[1] for p in pairs if p[1] is not None]
        if alphas:
            attributes["activation_alpha"] = alphas
        if betas:
            attributes["activation_beta"] = betas


THEME = ["LSTM", "GRU", "RNN", "LSTM", "GRU", "Transpose", "Reshape", "Squeeze", "Concat", "MatMul", "Add", "Softmax",
         "LogSoftmax", "Gemm", "LayerNormalization", "Slice", "Shape", "Gather", "Unsqueeze", "ReduceMean", "Split", "Tanh",
         "Relu", "Flatten", "ReverseSequence"]
