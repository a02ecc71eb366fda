"""Initial states of recurrent layers that a network makes itself."""

from typing import Any, List

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

import crnn
import small_models

HIDDEN, FEATURES = 20, 12


def lstm(kind: str, value: float) -> bytes:
    """An LSTM whose states are `value`, in the input's batch size, as PyTorch's exporters write it."""
    random = np.random.default_rng(0)
    constants = {
        "w": random.uniform(-0.5, 0.5, (1, 4 * HIDDEN, FEATURES)).astype(np.float32),
        "r": random.uniform(-0.5, 0.5, (1, 4 * HIDDEN, HIDDEN)).astype(np.float32),
        "one": np.array([1], np.int64),
        "hidden": np.array([HIDDEN], np.int64),
        "scalar": np.array(value, np.float32),
    }
    nodes: List[Any] = [
        helper.make_node("Shape", ["x"], ["n"], start=1, end=2),
        helper.make_node("Concat", ["one", "n", "hidden"], ["shape"], axis=0),
    ]
    for name in "hc":
        if kind == "Expand":
            nodes.append(helper.make_node("Expand", ["scalar", "shape"], [name]))
        elif kind == "ConstantOfShape":
            fill = numpy_helper.from_array(np.array([value], np.float32))
            nodes.append(helper.make_node("ConstantOfShape", ["shape"], [name], value=fill))
    states = ["", "h", "c"] if kind else []
    nodes.append(helper.make_node("LSTM", ["x", "w", "r", ""] + states, ["y"], hidden_size=HIDDEN))
    return small_models.model(
        nodes, [small_models.value("x", TensorProto.FLOAT, ["T", "N", FEATURES])],
        [small_models.value("y", TensorProto.FLOAT, ["T", 1, "N", HIDDEN])], constants)


@pytest.mark.parametrize("kind", ["ConstantOfShape", "Expand"])
def test_zeros_are_left_out(kind: str) -> None:
    x = np.random.default_rng(1).standard_normal((5, 3, FEATURES)).astype(np.float32)
    plain = crnn.Model(lstm("", 0)).run({"x": x})["y"]
    model = crnn.Model(lstm(kind, 0))
    assert [node.operator_type for node in model.nodes] == ["LSTM"]
    assert np.array_equal(model.run({"x": x})["y"], plain)
    filled = crnn.Model(lstm(kind, 0.25))
    assert len(filled.nodes) > 1
    assert not np.allclose(filled.run({"x": x})["y"], plain)
