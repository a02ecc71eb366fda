"""Recurrent layers of sizes that take different ways through memory: weights that the caches hold and that they do not,
one sequence and many, of one length and of several. Operators' fixtures have their attributes."""

from __future__ import annotations

from typing import Any, Dict, List

import numpy as np
import pytest
from onnx import TensorProto, helper

import crnn
import goldens
import small_models

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def layer(kind: str, hidden: int, features: int, ragged: bool, **attributes: Any) -> bytes:
    random = np.random.default_rng(hidden)

    def weights(*shape: int) -> np.ndarray:
        return (random.uniform(-1, 1, shape) * hidden ** -0.5).astype(np.float32)

    rows = GATES[kind] * hidden
    inputs = [small_models.value("x", TensorProto.FLOAT, ["T", "N", features])]
    if ragged:
        inputs.append(small_models.value("lengths", TensorProto.INT32, ["N"]))
    node = helper.make_node(
        kind, ["x", "w", "r", "b", "lengths" if ragged else ""], ["y", "last"], hidden_size=hidden,
        direction="bidirectional", **attributes)
    return small_models.model(
        [node], inputs, [small_models.value(name, TensorProto.FLOAT, None) for name in ("y", "last")],
        {"w": weights(2, rows, features), "r": weights(2, rows, hidden), "b": weights(2, 2 * rows)})


@pytest.mark.parametrize("batch", [1, 2, 8, 13])
@pytest.mark.parametrize("hidden", [1, 24, 64, 304])
@pytest.mark.parametrize("kind, attributes", [
    ("LSTM", {}), ("GRU", {}), ("GRU", {"linear_before_reset": 1}), ("RNN", {}),
    ("RNN", {"activations": ["Relu", "Relu"]}), ("RNN", {"clip": 0.5}), ("GRU", {"clip": 0.5}),
])
def test_sizes(kind: str, attributes: Dict[str, Any], hidden: int, batch: int) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    steps, features = 6, 10
    random = np.random.default_rng(batch)
    feeds: List[Dict[str, np.ndarray]] = [{"x": random.standard_normal((steps, batch, features)).astype(np.float32)}]
    feeds.append({**feeds[0], "lengths": random.integers(1, steps + 1, batch).astype(np.int32)})
    for feed in feeds:
        content = layer(kind, hidden, features, "lengths" in feed, **attributes)
        peer = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        model = crnn.Model(content)
        results = [model.session(threads=threads).run(feed) for threads in (1, 2, 3)]
        for name, expected in zip(("y", "last"), peer.run(["y", "last"], feed)):
            assert goldens.largest_difference(expected, results[0][name]) <= goldens.TOLERANCE
            assert all(result[name].tobytes() == results[0][name].tobytes() for result in results)
