"""Convolutions of many sizes, which the library computes in different ways, beside plain sums."""

from __future__ import annotations

import random
from typing import List

import numpy as np
import pytest
from onnx import TensorProto, helper

import crnn
import small_models


def plain(x: np.ndarray, weights: np.ndarray, bias: np.ndarray, strides: List[int], dilations: List[int],
          pads: List[int], groups: int) -> np.ndarray:
    """Of [N, C, H, W] by the definition, in double precision; pads are top, left, bottom, right."""
    padded = np.pad(x.astype(np.float64), [(0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])])
    size = [(padded.shape[2 + axis] - (weights.shape[2 + axis] - 1) * dilations[axis] - 1) // strides[axis] + 1
            for axis in range(2)]
    result = np.zeros((x.shape[0], weights.shape[0], *size))
    ins, outs = weights.shape[1], weights.shape[0] // groups
    for row in range(weights.shape[2]):
        for column in range(weights.shape[3]):
            taken = padded[:, :, row * dilations[0]:, column * dilations[1]:][:, :, ::strides[0], ::strides[1]]
            taken = taken[:, :, :size[0], :size[1]]
            for group in range(groups):
                part = weights[group * outs:(group + 1) * outs, :, row, column]
                result[:, group * outs:(group + 1) * outs] += np.einsum(
                    "oi,nihw->nohw", part, taken[:, group * ins:(group + 1) * ins])
    return np.maximum(result + bias[:, None, None], 0)


@pytest.mark.parametrize("seed", range(60))
def test_agrees_with_the_definition_on_any_number_of_threads(seed: int) -> None:
    choose = random.Random(seed)
    numbers = np.random.default_rng(seed)
    kernel = choose.choice([[3, 3], [3, 3], [1, 3], [2, 2], [5, 3], [1, 1], [3, 5], [4, 1]])
    strides = [choose.choice([1, 1, 2, 3]), choose.choice([1, 1, 1, 2])]
    dilations = [choose.choice([1, 1, 2]), choose.choice([1, 1, 1, 3])]
    pads = [choose.randint(0, 2) for _ in range(4)]
    inputs, outputs = choose.choice([1, 3, 5, 16, 20, 48]), choose.choice([1, 16, 24, 50])
    groups = choose.choice([1, 1, 1, inputs])
    if groups == inputs:
        outputs = inputs
    size = [choose.choice([9, 12, 16]), choose.choice([13, 25, 40, 230])]
    x = numbers.standard_normal((choose.randint(1, 2), inputs, *size), np.float32)
    weights = numbers.standard_normal((outputs, inputs // groups, *kernel), np.float32)
    weights /= np.sqrt(weights[0].size)
    bias = numbers.standard_normal(outputs, np.float32)
    model = crnn.Model(small_models.model(
        [helper.make_node("Conv", ["x", "weights", "bias"], ["sums"], strides=strides, dilations=dilations, pads=pads,
                          group=groups),
         helper.make_node("Relu", ["sums"], ["y"])],
        [small_models.value("x", TensorProto.FLOAT, ["N", inputs, "H", "W"])],
        [small_models.value("y", TensorProto.FLOAT, None)], {"weights": weights, "bias": bias}))
    y = model.session(threads=1).run({"x": x})["y"]
    np.testing.assert_allclose(y, plain(x, weights, bias, strides, dilations, pads, groups), rtol=2e-5, atol=2e-5)
    assert np.array_equal(model.session(threads=3).run({"x": x})["y"], y)
    # An image's result does not depend on what else is in the batch.
    assert np.array_equal(model.run({"x": x[:1]})["y"], y[:1])
