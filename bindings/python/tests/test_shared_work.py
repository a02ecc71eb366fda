"""Convolution and pooling that threads share by rows, channels or weights: the same bits for any number of threads."""

from __future__ import annotations

from typing import Any, Tuple

import numpy as np
import pytest
from onnx import TensorProto, helper

import crnn
import goldens
import small_models


def check(node: Any, x: np.ndarray, **constants: np.ndarray) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    content = small_models.model(
        [node], [small_models.value("x", TensorProto.FLOAT, x.shape)],
        [small_models.value("y", TensorProto.FLOAT, None)], constants)
    peer = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    model = crnn.Model(content)
    results = [model.session(threads=threads).run({"x": x})["y"] for threads in (1, 2, 3, 5)]
    assert goldens.largest_difference(peer.run(None, {"x": x})[0], results[0]) <= goldens.TOLERANCE
    assert all(result.tobytes() == results[0].tobytes() for result in results)


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(len(shape)).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("shape", [(1, 512, 2, 26), (2, 96, 3, 9), (1, 70, 2, 40), (3, 130, 2, 11)])
@pytest.mark.parametrize("pads", [[0, 0, 0, 0], [1, 1, 0, 2]])
def test_convolution_with_more_weights_than_outputs(shape: Tuple[int, ...], pads: Any) -> None:
    channels = shape[1]
    check(
        helper.make_node("Conv", ["x", "w", "b"], ["y"], pads=pads), random(*shape),
        w=random(channels + 30, channels, 2, 2) * 0.05, b=random(channels + 30))


@pytest.mark.parametrize("height", [1, 7, 8, 13, 32])
@pytest.mark.parametrize("attributes", [
    {"kernel_shape": [2, 2], "strides": [2, 2]},
    {"kernel_shape": [3, 3], "strides": [2, 1], "pads": [1, 1, 1, 1]},
    {"kernel_shape": [3, 2], "pads": [2, 0, 2, 1], "dilations": [2, 1]},
])
@pytest.mark.parametrize("kind", ["MaxPool", "Conv"])
def test_windows(kind: str, attributes: Any, height: int) -> None:
    attributes = {"pads": [1, 0, 1, 0], **attributes}
    x = random(2, 33, height, 200)
    if kind == "MaxPool":
        check(helper.make_node(kind, ["x"], ["y"], **attributes), x)
    else:
        check(
            helper.make_node(kind, ["x", "w", "b"], ["y"], group=33, **attributes), x,
            w=random(33, 1, *attributes["kernel_shape"]), b=random(33))
