"""Small ONNX models, made with pip's onnx."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Sequence

import numpy as np
from onnx import TensorProto, helper, numpy_helper

#: Gray levels that the `bars` network tells apart, 0 to 1; the blank, white, comes first.
LEVELS = (1.0, 0.0, 1 / 3, 2 / 3)
LABELS = ("A", "B", "ç")
BARS_HEIGHT = 4
BARS_METADATA = {
    "crnn.kind": "image",
    "crnn.labels": "\n".join(LABELS),
    "crnn.blank": "0",
    "crnn.image.height": str(BARS_HEIGHT),
    "crnn.image.channels": "gray",
    "crnn.image.layout": "NCHW",
    "crnn.image.mean": "0",
    "crnn.image.scale": str(1 / 255),
    "crnn.output.kind": "logits",
    "crnn.output.layout": "NTC",
}


def model(nodes: Sequence[Any], inputs: Sequence[Any], outputs: Sequence[Any],
          constants: Optional[Mapping[str, np.ndarray]] = None, metadata: Optional[Dict[str, str]] = None,
          opset: int = 17, domains: Sequence[str] = ()) -> bytes:
    """A model file; `inputs` and `outputs` are value infos."""
    initializers = [numpy_helper.from_array(value, name) for name, value in (constants or {}).items()]
    graph = helper.make_graph(list(nodes), "small", list(inputs), list(outputs), initializers)
    imports = [helper.make_opsetid("", opset), *(helper.make_opsetid(domain, 1) for domain in domains)]
    proto = helper.make_model(graph, opset_imports=imports, ir_version=8)
    if metadata:
        helper.set_model_props(proto, metadata)
    content: bytes = proto.SerializeToString()
    return content


def value(name: str, kind: int, shape: Optional[Sequence[Any]]) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def bars(metadata: Optional[Dict[str, str]] = None, kernel_width: int = 1) -> bytes:
    """Reads vertical bars: each column's mean gray level is a class.

    image [N, 1, 4, W] of 0...1 -> logits [N, W - kernel_width + 1, 4], the negative squared distance of the mean to
    each of LEVELS, up to a constant and scaled.
    """
    levels = np.array(LEVELS, np.float32)
    weights = np.zeros((len(levels), 1, BARS_HEIGHT, kernel_width), np.float32)
    weights[...] = (2 * levels / (BARS_HEIGHT * kernel_width))[:, None, None, None]
    nodes = [
        helper.make_node("Conv", ["image", "weights", "bias"], ["columns"], name="conv"),
        helper.make_node("Squeeze", ["columns", "axis"], ["sequence"], name="squeeze"),
        helper.make_node("Transpose", ["sequence"], ["logits"], name="transpose", perm=[0, 2, 1]),
    ]
    constants = {"weights": 100 * weights, "bias": -100 * levels**2, "axis": np.array([2], np.int64)}
    return model(
        nodes,
        [value("image", TensorProto.FLOAT, ["N", 1, BARS_HEIGHT, "W"])],
        [value("logits", TensorProto.FLOAT, ["N", "T", len(levels)])],
        constants,
        metadata,
    )


def bars_image(classes: Sequence[int], width: int = 1) -> np.ndarray:
    """An image that the `bars` network reads as these classes, each `width` columns wide: gray, uint8, [4, W]."""
    row = np.repeat(np.round(255 * np.array(LEVELS)[list(classes)]).astype(np.uint8), width)
    return np.tile(row, (BARS_HEIGHT, 1))


def identity(kind: int, shape: Optional[Sequence[Any]] = ("A", "B")) -> bytes:
    """x -> y, for elements of any type."""
    return model([helper.make_node("Identity", ["x"], ["y"], name="copy")], [value("x", kind, shape)],
                 [value("y", kind, shape)])


def affine() -> bytes:
    """x [R, 3], bias [3] -> product = x · weights [R, 2] + first two of bias; relu = max(x + bias, 0)."""
    weights = np.array([[1, 2], [3, 4], [5, 6]], np.float32)
    nodes = [
        helper.make_node("MatMul", ["x", "weights"], ["product"], name="multiply"),
        helper.make_node("Add", ["x", "bias"], ["sum"], name="add"),
        helper.make_node("Relu", ["sum"], ["relu"], name="relu"),
    ]
    return model(
        nodes,
        [value("x", TensorProto.FLOAT, ["R", 3]), value("bias", TensorProto.FLOAT, [3])],
        [value("product", TensorProto.FLOAT, ["R", 2]), value("relu", TensorProto.FLOAT, ["R", 3])],
        {"weights": weights},
    )


def recurrent(seed: int = 0, hidden: int = 20, features: int = 12, classes: int = 9) -> bytes:
    """A bidirectional LSTM, a linear layer and log-softmax: x [T, N, features] -> [T, N, classes]."""
    random = np.random.default_rng(seed)

    def weights(*shape: int) -> np.ndarray:
        return random.uniform(-0.5, 0.5, shape).astype(np.float32)

    constants = {
        "w": weights(2, 4 * hidden, features),
        "r": weights(2, 4 * hidden, hidden),
        "b": weights(2, 8 * hidden),
        "shape": np.array([0, 0, -1], np.int64),
        "linear": weights(2 * hidden, classes),
    }
    nodes = [
        helper.make_node("LSTM", ["x", "w", "r", "b"], ["steps"], name="lstm", hidden_size=hidden,
                         direction="bidirectional"),
        helper.make_node("Transpose", ["steps"], ["together"], name="transpose", perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", ["together", "shape"], ["sequence"], name="reshape"),
        helper.make_node("MatMul", ["sequence", "linear"], ["scores"], name="project"),
        helper.make_node("LogSoftmax", ["scores"], ["log_probabilities"], name="normalise", axis=-1),
    ]
    return model(
        nodes,
        [value("x", TensorProto.FLOAT, ["T", "N", features])],
        [value("log_probabilities", TensorProto.FLOAT, ["T", "N", classes])],
        constants,
    )


def unknown_operators() -> bytes:
    """Two operators that no library has, between ones that every library has."""
    nodes = [
        helper.make_node("Relu", ["x"], ["a"], name="first"),
        helper.make_node("Frobnicate", ["a"], ["b"], name="second", domain="com.example"),
        helper.make_node("Bamboozle", ["b"], ["y"], name="third"),
    ]
    return model(nodes, [value("x", TensorProto.FLOAT, [2])], [value("y", TensorProto.FLOAT, [2])],
                 domains=["com.example"])
