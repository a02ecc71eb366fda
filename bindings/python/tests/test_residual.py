"""Sums that convolutions take over, as in residual blocks."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, Set, Tuple

import numpy as np
import pytest
from onnx import TensorProto, helper

import crnn
import small_models
from test_convolution_forms import plain

NUMBERS = np.random.default_rng(5)
#: Inputs, outputs, kernel, strides, groups, whether the sum becomes a part of the convolution.
FORMS: Dict[str, Tuple[int, int, List[int], List[int], int, bool]] = {
    "pointwise": (7, 20, [1, 1], [1, 1], 1, True),
    "interleaved": (3, 20, [3, 3], [1, 1], 1, True),
    "direct": (16, 20, [3, 3], [1, 1], 1, True),
    "strided": (16, 33, [3, 3], [2, 1], 1, True),
    "winograd": (64, 64, [3, 3], [1, 1], 1, True),
    "groups": (32, 32, [3, 3], [1, 1], 2, False),
    "depthwise": (20, 20, [3, 3], [1, 1], 20, False),
}


def build(form: str, nodes: Sequence[Any], shape: Sequence[Any]) -> Tuple[crnn.Model, Dict[str, np.ndarray]]:
    inputs, outputs, kernel, strides, groups, _ = FORMS[form]
    weights = NUMBERS.standard_normal((outputs, inputs // groups, *kernel), np.float32)
    weights /= np.float32(np.sqrt(weights[0].size))
    constants = {"weights": weights, "bias": NUMBERS.standard_normal(outputs, np.float32)}
    pads = [size // 2 for size in kernel] * 2
    convolution = helper.make_node("Conv", ["x", "weights", "bias"], ["c"], pads=pads, strides=strides, group=groups)
    model = small_models.model(
        [convolution, *nodes],
        [small_models.value("x", TensorProto.FLOAT, ["N", inputs, "H", "W"]),
         small_models.value("r", TensorProto.FLOAT, shape)],
        [small_models.value("y", TensorProto.FLOAT, None)], constants)
    return crnn.Model(model), constants


def convolved(form: str, constants: Dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """Before any activation."""
    _, _, kernel, strides, groups, _ = FORMS[form]
    pads = [size // 2 for size in kernel] * 2
    arguments = (x, constants["weights"], constants["bias"] * 0, strides, [1, 1], pads, groups)
    positive, negative = plain(*arguments), plain(x, -constants["weights"], *arguments[2:])
    return positive - negative + constants["bias"][:, None, None]


def steps(session: crnn.Session) -> Set[str]:
    return {entry.step for entry in session.profile} - {"Plan", "Copy"}


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("activation", ["", "Relu", "Sigmoid", "HardSwish"])
@pytest.mark.parametrize("form", FORMS)
def test_sum_of_one_shape(form: str, activation: str, swapped: bool) -> None:
    inputs, outputs, _, strides, _, fuses = FORMS[form]
    terms = ["r", "c"] if swapped else ["c", "r"]
    nodes = [helper.make_node("Add", terms, ["s" if activation else "y"])]
    if activation:
        nodes.append(helper.make_node(activation, ["s"], ["y"]))
    model, constants = build(form, nodes, ["N", outputs, "H", "W"])
    x = NUMBERS.standard_normal((2, inputs, 9, 41), np.float32)
    r = NUMBERS.standard_normal((2, outputs, (9 + strides[0] - 1) // strides[0], 41), np.float32)
    expected = convolved(form, constants, x) + r
    if activation == "Relu":
        expected = np.maximum(expected, 0)
    elif activation == "Sigmoid":
        expected = 1 / (1 + np.exp(-expected))
    elif activation == "HardSwish":
        expected = expected * np.clip(expected / 6 + 0.5, 0, 1)
    session = model.session(threads=1, profile=True)
    y = session.run({"x": x, "r": r})["y"]
    np.testing.assert_allclose(y, expected, rtol=2e-5, atol=2e-5)
    assert np.array_equal(model.session(threads=3).run({"x": x, "r": r})["y"], y)
    np.testing.assert_allclose(model.session(exact=True).run({"x": x, "r": r})["y"], expected, rtol=1e-5, atol=1e-5)
    assert ("Add" not in steps(session)) == fuses


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (41,), (3, 1, 1, 9, 41)])
def test_sum_that_broadcasts(form: str, shape: Tuple[int, ...]) -> None:
    inputs = FORMS[form][0]
    model, constants = build(
        form, [helper.make_node("Add", ["c", "r"], ["s"]), helper.make_node("Relu", ["s"], ["y"])],
        [None] * len(shape))
    x = NUMBERS.standard_normal((1, inputs, 9 if form != "strided" else 18, 41), np.float32)
    r = NUMBERS.standard_normal(shape, np.float32)
    expected = np.maximum(convolved(form, constants, x) + r, 0)
    np.testing.assert_allclose(model.run({"x": x, "r": r})["y"], expected, rtol=2e-5, atol=2e-5)


def test_sums_that_stay() -> None:
    """The convolution's result is read elsewhere, or is both terms, or an activation stands between."""
    for nodes, function in [
        ([("Add", "c r", "s"), ("Mul", "s c", "y")], lambda c, r: (c + r) * c),
        ([("Add", "c c", "s"), ("Add", "s r", "y")], lambda c, r: 2 * c + r),
        ([("Relu", "c", "a"), ("Add", "a r", "y")], lambda c, r: np.maximum(c, 0) + r),
    ]:
        model, constants = build(
            "pointwise", [helper.make_node(operator, names.split(), [result]) for operator, names, result in nodes],
            ["N", 20, "H", "W"])
        x, r = NUMBERS.standard_normal((1, 7, 5, 6), np.float32), NUMBERS.standard_normal((1, 20, 5, 6), np.float32)
        session = model.session(profile=True)
        expected = function(convolved("pointwise", constants, x), r)
        np.testing.assert_allclose(session.run({"x": x, "r": r})["y"], expected, rtol=2e-5, atol=2e-5)
        assert "Add" in steps(session)
