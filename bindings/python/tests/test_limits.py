"""What a model and a session may take: memory and nodes."""

from __future__ import annotations

import pathlib
import re

import numpy as np
import pytest
from onnx import TensorProto, helper

import crnn
import small_models

MB = 1 << 20


def copies(count: int) -> bytes:
    """x [N] -> y [N], by this many nodes."""
    names = ["x", *(f"value {index}" for index in range(1, count)), "y"]
    nodes = [helper.make_node("Neg", [a], [b]) for a, b in zip(names, names[1:])]
    return small_models.model(nodes, [small_models.value("x", TensorProto.FLOAT, ["N"])],
                              [small_models.value("y", TensorProto.FLOAT, ["N"])])


def repeated(operator: str) -> bytes:
    """x, [1], expanded to `shape`; then the operator, to y."""
    nodes = [helper.make_node("Expand", ["x", "shape"], ["wide"]), helper.make_node(operator, ["wide"], ["y"])]
    return small_models.model(
        nodes, [small_models.value("x", TensorProto.FLOAT, [1]), small_models.value("shape", TensorProto.INT64, [1])],
        [small_models.value("y", TensorProto.FLOAT, None)])


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(shape).astype(np.float32)


def test_memory_of_a_session() -> None:
    model = crnn.Model(copies(3))
    session = model.session(memory_limit=MB)
    small, large = {"x": random(50_000)}, {"x": random(1_000_000)}
    expected = session.run(small)["y"]
    with pytest.raises(crnn.LimitExceededError, match=r"\d+ bytes.* exceed 1048576 bytes, the session's memory_limit"):
        session.run(large)
    # The session goes on, and others have limits of their own.
    assert np.array_equal(session.run(small)["y"], expected)
    assert np.array_equal(model.session().run(large)["y"], -large["x"])


def test_memory_is_given_back() -> None:
    session = crnn.Model(copies(3)).session(memory_limit=MB, plan_capacity=2)
    for width in range(1000, 60_000, 100):
        session.run({"x": random(width)})


def test_results_of_operators_between_plans() -> None:
    node = helper.make_node("NonZero", ["x"], ["y"])
    model = crnn.Model(small_models.model([node], [small_models.value("x", TensorProto.FLOAT, ["N"])],
                                          [small_models.value("y", TensorProto.INT64, None)]))
    session = model.session(memory_limit=MB)
    for _ in range(20):
        assert session.run({"x": np.ones(30_000, np.float32)})["y"].shape == (1, 30_000)
    with pytest.raises(crnn.LimitExceededError, match="memory_limit"):
        session.run({"x": np.ones(200_000, np.float32)})


@pytest.mark.parametrize("operator", ["ReduceSum", "Size", "Shape", "Neg"])
def test_views_count_as_large_as_they_look(operator: str) -> None:
    """A sum over 2^45 elements takes no memory, but for ever."""
    with pytest.raises(crnn.LimitExceededError, match=r"\[35184372088832\] exceeds 4294967296 bytes"):
        crnn.Model(repeated(operator)).run({"x": random(1), "shape": np.array([1 << 45])})


@pytest.mark.parametrize("copy_file", [False, True])
def test_memory_of_a_model(copy_file: bool, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(small_models.recurrent(hidden=128))
    size = path.stat().st_size
    assert crnn.Model(path, copy_file=copy_file, memory_limit=3 * size).info.memory_bytes > 0
    with pytest.raises(crnn.LimitExceededError, match="memory_limit") as failure:
        crnn.Model(path, copy_file=copy_file, memory_limit=size // 2)
    assert str(path) in str(failure.value)
    with pytest.raises(crnn.LimitExceededError, match=rf"exceed {size // 2} bytes, the model's memory_limit"):
        crnn.Model(path.read_bytes(), memory_limit=size // 2)


def test_a_native_model_lies_in_its_file(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "model.crnn"
    crnn.Model(small_models.recurrent(hidden=128)).save(path)
    limit = 1 << 17
    assert path.stat().st_size > 4 * limit
    crnn.Model(path, memory_limit=limit)
    with pytest.raises(crnn.LimitExceededError, match="File too large, for the memory_limit"):
        crnn.Model(path, memory_limit=1000, copy_file=True)


@pytest.mark.parametrize("native", [False, True])
def test_nodes(native: bool, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(copies(20))
    if native:
        crnn.Model(path).save(path)
    count = len(crnn.Model(path).nodes)
    assert len(crnn.Model(path, node_limit=20).nodes) == count
    with pytest.raises(crnn.LimitExceededError, match=re.escape("more than 19 nodes, the model's node_limit")):
        crnn.Model(path, node_limit=19)


def test_nodes_of_graphs_inside() -> None:
    inner = helper.make_graph([helper.make_node("Neg", ["x"], ["z"])], "inner", [],
                              [small_models.value("z", TensorProto.FLOAT, None)])
    node = helper.make_node("If", ["flag"], ["y"], then_branch=inner, else_branch=inner)
    content = small_models.model(
        [node], [small_models.value("x", TensorProto.FLOAT, [1]), small_models.value("flag", TensorProto.BOOL, [])],
        [small_models.value("y", TensorProto.FLOAT, [1])])
    crnn.Model(content, node_limit=3)
    with pytest.raises(crnn.LimitExceededError, match="node_limit"):
        crnn.Model(content, node_limit=2)


def test_wrong_limits() -> None:
    content = copies(1)
    for options in ({"memory_limit": -1}, {"node_limit": -1}):
        with pytest.raises(crnn.InvalidArgumentError, match=next(iter(options))):
            crnn.Model(content, **options)
    with pytest.raises(crnn.InvalidArgumentError, match="memory_limit"):
        crnn.Model(content).session(memory_limit=-1)
