"""Swish and hard swish as exporters spell them for operator sets that have neither."""

from __future__ import annotations

from typing import Any, List, Sequence, Tuple

import numpy as np
import pytest
from onnx import TensorProto, helper

import crnn
import small_models

CONSTANTS = {
    "weights": np.random.default_rng(0).standard_normal((20, 5, 1, 1)).astype(np.float32) * 2,
    "zero": np.array(0, np.float32), "five": np.array(5, np.float32), "six": np.array([6], np.float32),
    "six_": np.array(6, np.float32), "three": np.array([3], np.float32), "sixth": np.array(1 / 6, np.float32),
}


def hard(x: np.ndarray, top: float = 6) -> np.ndarray:
    return x * np.clip(x + 3, 0, top) / 6


def swish(x: np.ndarray) -> np.ndarray:
    return x / (1 + np.exp(-x))


def node(operator: str, inputs: str, output: str, **attributes: Any) -> Any:
    return helper.make_node(operator, inputs.split(), [output], **attributes)


CLIPPED = [node("Add", "x three", "a"), node("Clip", "a zero six_", "b")]
SIXTH = {"alpha": 1 / 6, "beta": 0.5}

#: Name, nodes from x to y, what they compute, whether they are recognised.
SPELLINGS: List[Tuple[str, Sequence[Any], Any, bool]] = [
    ("sigmoid", [node("Sigmoid", "x", "a"), node("Mul", "x a", "y")], swish, True),
    ("hard_sigmoid", [node("HardSigmoid", "x", "a", **SIXTH), node("Mul", "a x", "y")], hard, True),
    ("clip_div", [*CLIPPED, node("Mul", "x b", "c"), node("Div", "c six", "y")], hard, True),
    ("clip_mul", [*CLIPPED, node("Mul", "b x", "c"), node("Mul", "sixth c", "y")], hard, True),
    ("clip_first", [*CLIPPED, node("Mul", "b sixth", "c"), node("Mul", "c x", "y")], hard, False),
    ("five", [node("Add", "x three", "a"), node("Clip", "a zero five", "b"), node("Mul", "x b", "c"),
              node("Div", "c six", "y")], lambda x: hard(x, 5), False),
    ("by_five", [*CLIPPED, node("Mul", "x b", "c"), node("Div", "c five", "y")], lambda x: 1.2 * hard(x), False),
    ("other_slope", [node("HardSigmoid", "x", "a"), node("Mul", "x a", "y")],
     lambda x: x * np.clip(0.2 * x + 0.5, 0, 1), False),
    ("gate_read_twice", [node("Sigmoid", "x", "a"), node("Mul", "x a", "b"), node("Add", "a b", "y")],
     lambda x: swish(x) + 1 / (1 + np.exp(-x)), False),
    ("of_something_else", [node("Neg", "x", "a"), node("Sigmoid", "a", "b"), node("Mul", "x b", "y")],
     lambda x: x / (1 + np.exp(x)), False),
]


@pytest.mark.parametrize("name, nodes, function, is_recognised", SPELLINGS, ids=[spelling[0] for spelling in SPELLINGS])
def test_spelling(name: str, nodes: Sequence[Any], function: Any, is_recognised: bool) -> None:
    model = crnn.Model(small_models.model(
        [helper.make_node("Conv", ["image", "weights"], ["x"]), *nodes],
        [small_models.value("image", TensorProto.FLOAT, [1, 5, 7, 9])],
        [small_models.value("y", TensorProto.FLOAT, None)], CONSTANTS))
    image = np.random.default_rng(1).standard_normal((1, 5, 7, 9)).astype(np.float32)
    session = model.session(profile=True)
    expected = function(np.einsum("oi,nihw->nohw", CONSTANTS["weights"][:, :, 0, 0], image))
    np.testing.assert_allclose(session.run({"image": image})["y"], expected, rtol=2e-5, atol=2e-6)
    # The activation is the convolution's own then.
    steps = {entry.step for entry in session.profile} - {"Plan", "Copy"}
    assert (steps == {"Conv 1x1"}) == is_recognised
