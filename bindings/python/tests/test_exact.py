"""The session option exact: convolutions summed term by term."""

import pathlib
from typing import Tuple

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import helper, numpy_helper

import crnn

Weights = NDArray[np.float32]


def convolution(weights: Weights, bias: Weights, pads: Tuple[int, int, int, int]) -> bytes:
    node = helper.make_node("Conv", ["x", "w", "b"], ["y"], pads=pads)
    graph = helper.make_graph(
        [node], "convolution", [helper.make_tensor_value_info("x", 1, ["N", weights.shape[1], None, None])],
        [helper.make_tensor_value_info("y", 1, [None] * 4)],
        [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(bias, "b")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return bytes(model.SerializeToString())


def expected(x: Weights, weights: Weights, bias: Weights, pads: Tuple[int, int, int, int]) -> NDArray[np.float64]:
    """The definition, in double precision."""
    top, left, bottom, right = pads
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (top, bottom), (left, right)))
    height, width = (size - kernel + 1 for size, kernel in zip(padded.shape[2:], weights.shape[2:]))
    y = np.zeros((x.shape[0], weights.shape[0], height, width)) + bias[:, None, None]
    for i in range(weights.shape[2]):
        for j in range(weights.shape[3]):
            y += np.einsum("nchw,oc->nohw", padded[:, :, i:i + height, j:j + width], weights[:, :, i, j])
    return y


# Heights as after a line reader's poolings, odd widths, padding on some sides only; channels that make tiles of
# every form pay, and such as have no vectors of their own.
@pytest.mark.parametrize("batch, height, width, inputs, outputs, kernel, pads", [
    (1, 16, 50, 64, 128, 3, (1, 1, 1, 1)), (2, 8, 25, 128, 64, 3, (1, 1, 1, 1)), (1, 4, 26, 512, 512, 3, (1, 1, 1, 1)),
    (3, 2, 27, 256, 512, 3, (1, 1, 1, 1)), (1, 1, 101, 256, 256, 3, (1, 1, 1, 1)), (1, 7, 13, 64, 48, 3, (0, 2, 1, 0)),
    (1, 5, 3, 32, 32, 3, (0, 0, 0, 0)), (1, 9, 10, 24, 40, 3, (1, 1, 1, 1)), (2, 3, 3, 64, 64, 3, (2, 2, 2, 2)),
    (1, 8, 30, 1, 64, 3, (1, 1, 1, 1)), (1, 8, 31, 3, 32, 5, (2, 2, 2, 2)), (1, 2, 26, 64, 64, 2, (0, 0, 0, 0)),
])
def test_both_ways(batch: int, height: int, width: int, inputs: int, outputs: int, kernel: int,
                   pads: Tuple[int, int, int, int], tmp_path: pathlib.Path) -> None:
    random = np.random.default_rng(height * width + outputs)
    scale = 1 / np.sqrt(inputs * kernel * kernel)
    weights = (random.standard_normal((outputs, inputs, kernel, kernel)) * scale).astype(np.float32)
    bias = random.standard_normal(outputs).astype(np.float32)
    x = random.standard_normal((batch, inputs, height, width)).astype(np.float32)
    path = tmp_path / "convolution.onnx"
    path.write_bytes(convolution(weights, bias, pads))
    model = crnn.Model(path)
    right = expected(x, weights, bias, pads)
    fast = model.session().run({"x": x})["y"]
    exact = model.session(exact=True).run({"x": x})["y"]
    assert np.abs(exact - right).max() <= 5e-6 * np.abs(right).max()
    assert np.abs(fast - right).max() <= 1e-5 * np.abs(right).max()
    # The same whatever the number of threads, in a model's first run and in later ones, which keep what the weights
    # were transformed to, and whatever else is in the batch.
    for threads in 1, 3:
        session = crnn.Model(path).session(threads=threads)
        assert all(np.array_equal(session.run({"x": x})["y"], fast) for _ in range(3))
    assert np.array_equal(model.session().run({"x": x[:1]})["y"], fast[:1])


def test_sessions_share_a_model(tmp_path: pathlib.Path) -> None:
    random = np.random.default_rng(1)
    weights = random.standard_normal((64, 64, 3, 3)).astype(np.float32)
    path = tmp_path / "convolution.onnx"
    path.write_bytes(convolution(weights, np.zeros(64, np.float32), (1, 1, 1, 1)))
    model = crnn.Model(path)
    sessions = [model.session(exact=exact) for exact in (False, True, False, True)]
    x = random.standard_normal((1, 64, 16, 40)).astype(np.float32)
    first, exact, second, exact_again = (session.run({"x": x})["y"] for session in sessions)
    assert np.array_equal(first, second) and np.array_equal(exact, exact_again)
    assert np.allclose(first, exact, atol=1e-3)
