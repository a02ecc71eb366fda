"""Damaged models and inputs end in results or errors, never in a crash or a hang."""

from __future__ import annotations

from typing import Any, List

import numpy as np
import pytest
from onnx import TensorProto, helper

import crnn
import damage
import small_models
from crnn import _conformance


def test_variants_of_node_tests() -> None:
    """`python bindings/python/tests/damage.py` runs more of them."""
    cases = list(damage.variants("", seed=0, count=6))
    assert len(cases) > 6000
    failures = {name: reason for name, reason in _conformance.outcomes(cases, damage.TIME_LIMIT) if reason is not None}
    assert not failures


def shape_of_result(nodes: List[Any], *shapes: Any) -> Any:
    inputs = [small_models.value(name, TensorProto.FLOAT, shape) for name, shape in zip("ab", shapes)]
    model = crnn.Model(small_models.model(nodes, inputs, [small_models.value("y", TensorProto.FLOAT, None)],
                                          {"none": np.array([0], np.int64)}))
    return model.run({name: np.zeros(shape, np.float32) for name, shape in zip("ab", shapes)})["y"].shape


@pytest.mark.parametrize("operator", ["MatMul", "Gemm"])
@pytest.mark.parametrize("left, right", [((0, 3), (3, 2)), ((2, 0), (0, 2)), ((2, 3), (3, 0))])
def test_empty_products(operator: str, left: Any, right: Any, in_child: Any) -> None:
    outcome, shape, _ = in_child(shape_of_result, [helper.make_node(operator, ["a", "b"], ["y"])], left, right)
    assert (outcome, shape) == ("returned", (left[0], right[1]))


@pytest.mark.parametrize("shape, order", [((2, 3, 0), (1, 2, 0)), ((2, 2, 0, 2), (0, 2, 3, 1))])
def test_empty_views(shape: Any, order: Any, in_child: Any) -> None:
    nodes = [helper.make_node("Transpose", ["a"], ["t"], perm=order),
             helper.make_node("Reshape", ["t", "none"], ["y"], allowzero=1)]
    outcome, result, _ = in_child(shape_of_result, nodes, shape)
    assert (outcome, result) == ("returned", (0,))
