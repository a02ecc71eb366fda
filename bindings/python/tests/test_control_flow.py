"""If, Loop and Scan, and shapes that depend on contents, beside ONNX Runtime and by hand."""

from __future__ import annotations

import pathlib
from typing import Any, Dict, List, Mapping, Sequence

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

import crnn

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def value(name: str, kind: int, shape: Sequence[Any] | None) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def node(operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> Any:
    return helper.make_node(operator, list(inputs), list(outputs), name=f"{operator}-{outputs[0]}", **attributes)


def graph(nodes: Sequence[Any], inputs: Sequence[Any], outputs: Sequence[Any],
          constants: Mapping[str, Any] | None = None) -> Any:
    initializers = [numpy_helper.from_array(np.asarray(value), name) for name, value in (constants or {}).items()]
    return helper.make_graph(list(nodes), "graph", list(inputs), list(outputs), initializers)


def model(*arguments: Any, opset: int = 17) -> bytes:
    content: bytes = helper.make_model(
        graph(*arguments), opset_imports=[helper.make_opsetid("", opset)], ir_version=8).SerializeToString()
    return content


def check(content: bytes, runs: Sequence[Dict[str, Any]], tmp_path: pathlib.Path) -> None:
    """Equal to ONNX Runtime for each set of inputs, twice, from the ONNX file and from the native one."""
    onnxruntime = pytest.importorskip("onnxruntime")
    oracle = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    first = crnn.Model(content)
    first.save(tmp_path / "model.crnn")
    for ours in (first, crnn.Model(tmp_path / "model.crnn")):
        for inputs in [*runs, *runs]:
            expected = oracle.run(None, {name: np.asarray(array) for name, array in inputs.items()})
            results = ours.run(inputs)
            for (name, result), reference in zip(results.items(), expected):
                assert result.dtype == reference.dtype, name
                np.testing.assert_allclose(result, reference, rtol=1e-5, atol=1e-6, err_msg=name)


def test_if_on_an_input(tmp_path: pathlib.Path) -> None:
    """Branches give different shapes, capture an input, a computed value and a constant, and hold an If themselves."""
    inner = node("If", ["deep"], ["y"],
                 then_branch=graph([node("Add", ["sum", "two"], ["a"])], [], [value("a", FLOAT, None)]),
                 else_branch=graph([node("Sub", ["x", "two"], ["b"])], [], [value("b", FLOAT, None)]))
    nodes = [
        node("Add", ["x", "x"], ["sum"]),
        node("If", ["flag"], ["result"],
             then_branch=graph([inner], [], [value("y", FLOAT, None)]),
             else_branch=graph([node("ReduceSum", ["sum"], ["z"], keepdims=0)], [], [value("z", FLOAT, None)])),
        node("Neg", ["result"], ["negative"]),
    ]
    content = model(nodes, [value("x", FLOAT, ["n", 2]), value("flag", BOOL, []), value("deep", BOOL, [])],
                    [value("negative", FLOAT, None), value("sum", FLOAT, None)], {"two": np.float32(2)})
    runs = [{"x": np.arange(2 * n, dtype=np.float32).reshape(n, 2), "flag": np.array(flag), "deep": np.array(deep)}
            for n in (1, 3) for flag in (True, False) for deep in (True, False)]
    check(content, runs, tmp_path)


def test_if_on_a_shape_takes_one_plan(tmp_path: pathlib.Path) -> None:
    """Exporters guard Squeeze so: the branch is known when the plan is made."""
    nodes = [
        node("Shape", ["x"], ["shape"]),
        node("Gather", ["shape", "one"], ["size"], axis=0),
        node("Equal", ["size", "one"], ["flag"]),
        node("If", ["flag"], ["y"],
             then_branch=graph([node("Squeeze", ["x", "axes"], ["a"])], [], [value("a", FLOAT, None)]),
             else_branch=graph([node("Identity", ["x"], ["b"])], [], [value("b", FLOAT, None)])),
    ]
    content = model(nodes, [value("x", FLOAT, ["n", "m"])], [value("y", FLOAT, None)],
                    {"one": np.int64(1), "axes": np.array([1], np.int64)})
    runs = [{"x": np.ones((3, m), np.float32)} for m in (1, 4)]
    check(content, runs, tmp_path)
    session = crnn.Model(content).session()
    session.run(runs[0])
    assert session.info.plans_built == 1


def counting_loop(captured: str = "x") -> Any:
    """carried += captured while the sum stays below `limit`; each iteration's number and sum are stacked."""
    nodes = [
        node("Add", ["before", captured], ["after"]),
        node("ReduceSum", ["after"], ["sum"], keepdims=0),
        node("Less", ["sum", "limit"], ["goes_on"]),
        node("Identity", ["number"], ["numbered"]),
    ]
    return graph(nodes, [value("number", INT64, []), value("on", BOOL, []), value("before", FLOAT, None)],
                 [value("goes_on", BOOL, []), value("after", FLOAT, None), value("numbered", INT64, []),
                  value("sum", FLOAT, [])])


def loop_model(inputs: Sequence[str] = ("trips", "on")) -> bytes:
    return model(
        [node("Loop", [*inputs, "x"], ["final", "numbers", "sums"], body=counting_loop())],
        [value("x", FLOAT, ["n"]), value("limit", FLOAT, []),
         *(value(name, kind, []) for name, kind in (("trips", INT64), ("on", BOOL)) if name in inputs)],
        [value("final", FLOAT, None), value("numbers", INT64, None), value("sums", FLOAT, None)])


def test_loop_ends_by_count_or_by_condition(tmp_path: pathlib.Path) -> None:
    x = np.array([1, 2], np.float32)
    runs = [{"x": x, "limit": np.float32(limit), "trips": np.int64(trips), "on": np.array(on)}
            for limit in (0, 10, 100) for trips in (0, 1, 5, 100) for on in (True, False)]
    check(loop_model(), runs, tmp_path)
    check(loop_model(("", "")), [{"x": x, "limit": np.float32(20)}], tmp_path)
    check(loop_model(("trips", "")), [{"x": x, "limit": np.float32(20), "trips": np.int64(3)}], tmp_path)


def test_loop_without_end_reaches_the_limit() -> None:
    loaded = crnn.Model(loop_model(("", "")))
    endless = {"x": np.zeros(2, np.float32), "limit": np.float32(1)}
    with pytest.raises(crnn.LimitExceededError, match=r"Loop-final.*exceeds 50 iterations.*loop_limit"):
        loaded.session(loop_limit=50).run(endless)
    session = loaded.session(loop_limit=1000)
    with pytest.raises(crnn.LimitExceededError, match="1000"):
        session.run(endless)
    assert session.run({"x": np.ones(2, np.float32), "limit": np.float32(9)})["final"].tolist() == [5, 5]
    with pytest.raises(crnn.InvalidArgumentError, match="loop_limit"):
        loaded.session(loop_limit=-1)


def test_loop_carries_growing_shapes(tmp_path: pathlib.Path) -> None:
    body = graph(
        [node("Concat", ["before", "x"], ["after"], axis=0), node("Identity", ["on"], ["goes_on"])],
        [value("number", INT64, [1]), value("on", BOOL, [1]), value("before", FLOAT, None)],
        [value("goes_on", BOOL, [1]), value("after", FLOAT, None)])
    content = model([node("Loop", ["trips", "", "x"], ["final"], body=body), node("Shape", ["final"], ["shape"])],
                    [value("x", FLOAT, ["n", 3]), value("trips", INT64, [])],
                    [value("final", FLOAT, None), value("shape", INT64, None)])
    runs = [{"x": np.random.default_rng(1).standard_normal((2, 3)).astype(np.float32), "trips": np.int64(n)}
            for n in (0, 1, 7)]
    check(content, runs, tmp_path)


@pytest.mark.parametrize("reverse", [False, True])
def test_scan_as_a_recurrent_cell(tmp_path: pathlib.Path, reverse: bool) -> None:
    """h = tanh(x W + h R) over time, weights captured from outside."""
    random = np.random.default_rng(3)
    body = graph(
        [node("MatMul", ["x_t", "W"], ["xw"]), node("MatMul", ["h", "R"], ["hr"]), node("Add", ["xw", "hr"], ["sum"]),
         node("Tanh", ["sum"], ["next"]), node("Identity", ["next"], ["y_t"])],
        [value("h", FLOAT, None), value("x_t", FLOAT, None)], [value("next", FLOAT, None), value("y_t", FLOAT, [None, 4])])
    scan = node("Scan", ["h0", "x"], ["last", "y"], body=body, num_scan_inputs=1, scan_input_axes=[1],
                scan_output_axes=[1], scan_input_directions=[int(reverse)], scan_output_directions=[int(reverse)])
    content = model([scan], [value("x", FLOAT, ["n", "t", 3]), value("h0", FLOAT, ["n", 4])],
                    [value("last", FLOAT, None), value("y", FLOAT, None)],
                    {"W": random.standard_normal((3, 4)).astype(np.float32),
                     "R": random.standard_normal((4, 4)).astype(np.float32)})
    runs = [{"x": random.standard_normal((n, t, 3)).astype(np.float32),
             "h0": random.standard_normal((n, 4)).astype(np.float32)} for n, t in ((1, 1), (2, 5), (3, 2), (1, 40))]
    check(content, runs, tmp_path)


def test_scan_of_opset_8_has_a_batch_with_lengths() -> None:
    body = graph([node("Add", ["sum", "x_t"], ["next"]), node("Identity", ["next"], ["y_t"])],
                 [value("sum", FLOAT, [2]), value("x_t", FLOAT, [2])],
                 [value("next", FLOAT, [2]), value("y_t", FLOAT, [2])])
    content = model([node("Scan", ["lengths", "start", "x"], ["last", "y"], body=body, num_scan_inputs=1)],
                    [value("lengths", INT64, [2]), value("start", FLOAT, [2, 2]), value("x", FLOAT, [2, 3, 2])],
                    [value("last", FLOAT, None), value("y", FLOAT, None)], opset=8)
    x = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    results = crnn.Model(content).run({"lengths": np.array([3, 1]), "start": np.zeros((2, 2), np.float32), "x": x})
    np.testing.assert_array_equal(results["last"], [[6, 9], [6, 7]])
    np.testing.assert_array_equal(results["y"], [[[0, 1], [2, 4], [6, 9]], [[6, 7], [0, 0], [0, 0]]])


def test_contents_choose_shapes_again_and_again(tmp_path: pathlib.Path) -> None:
    """A chain of plans: a slice from one input's content, its size repeated, non-zeros found, compressed."""
    nodes = [
        node("Slice", ["x", "start", "end"], ["part"]),
        node("NonZero", ["part"], ["found"]),
        node("Shape", ["found"], ["shape"]),
        node("ConstantOfShape", ["shape"], ["zeros"]),
        node("Greater", ["part", "limit"], ["chosen"]),
        node("Compress", ["part", "chosen"], ["kept"], axis=0),
        node("Tile", ["kept", "repeats"], ["tiled"]),
        node("Add", ["x", "x"], ["double"]),
    ]
    content = model(nodes,
                    [value("x", FLOAT, ["n"]), value("start", INT64, [1]), value("end", INT64, [1]),
                     value("limit", FLOAT, []), value("repeats", INT64, [1])],
                    [value(name, kind, None) for name, kind in
                     (("part", FLOAT), ("found", INT64), ("zeros", FLOAT), ("tiled", FLOAT), ("double", FLOAT))])
    random = np.random.default_rng(5)
    runs: List[Dict[str, Any]] = []
    for _ in range(40):
        size = int(random.integers(0, 9))
        runs.append({
            "x": random.integers(-2, 3, size).astype(np.float32), "start": random.integers(-3, 4, 1),
            "end": random.integers(-3, 9, 1), "limit": np.float32(random.integers(-1, 2)),
            "repeats": random.integers(0, 3, 1),
        })
    check(content, runs, tmp_path)
    session = crnn.Model(content).session(plan_capacity=2)
    for inputs in runs:
        session.run(inputs)
    assert session.info.plan_count <= 2 * 6


def test_errors_name_the_inner_node() -> None:
    branch = graph([node("Reshape", ["x", "five"], ["bad"])], [], [value("bad", FLOAT, None)])
    content = model([node("If", ["flag"], ["y"], then_branch=branch, else_branch=branch)],
                    [value("x", FLOAT, ["n"]), value("flag", BOOL, [])], [value("y", FLOAT, None)],
                    {"five": np.array([5], np.int64)})
    with pytest.raises(crnn.InvalidInputError, match=r"If-y.*Reshape-bad"):
        crnn.Model(content).run({"x": np.zeros(3, np.float32), "flag": np.array(True)})


@pytest.mark.parametrize("broken", ["no_body", "few_outputs", "branch_with_input", "scan_inputs"])
def test_bad_bodies_are_refused_at_load(broken: str) -> None:
    empty = graph([node("Identity", ["x"], ["a"])], [], [value("a", FLOAT, None)])
    nodes = {
        "no_body": node("Loop", ["", "", "x"], ["y"]),
        "few_outputs": node("Loop", ["", "", "x", "x", "x"], ["y"], body=counting_loop()),
        "branch_with_input": node(
            "If", ["flag"], ["y"], then_branch=empty,
            else_branch=graph([node("Identity", ["i"], ["a"])], [value("i", FLOAT, None)], [value("a", FLOAT, None)])),
        "scan_inputs": node("Scan", ["x"], ["y"], body=empty, num_scan_inputs=7),
    }
    content = model([nodes[broken]], [value("x", FLOAT, ["n"]), value("flag", BOOL, []), value("limit", FLOAT, [])],
                    [value("y", FLOAT, None)])
    with pytest.raises(crnn.InvalidModelError, match="node '(Loop|If|Scan)-y'"):
        crnn.Model(content)
