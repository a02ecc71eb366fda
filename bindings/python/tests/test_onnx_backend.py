"""crnn.onnx_backend: ONNX's own tests, run by ONNX's own runner, and the interface itself."""

from __future__ import annotations

import importlib.util
import os
import pathlib
import signal
import subprocess
import sys
import time
from typing import Any, Callable, Dict, Tuple

import numpy as np
import pytest
from conftest import CHECKOUT, SUMMARY

import crnn

onnx = pytest.importorskip("onnx")

from onnx.backend.test.loader import load_model_tests  # noqa: E402

from crnn import _conformance, _conformance_scope, onnx_backend  # noqa: E402

Suites = Dict[str, Tuple[_conformance.Case, ...]]

#: In-scope cases of onnx 1.23.2.
COUNTS = {"node": 1088, "simple": 7, "pytorch-converted": 82, "pytorch-operator": 35, "real": 9}

SHARED_SCOPE = CHECKOUT.parent / "shared" / "conformance" / "onnx_scope.py"

needs_counted_release = pytest.mark.skipif(onnx.__version__ != "1.23.2", reason="the counts are those of onnx 1.23.2")


@pytest.fixture(scope="module")
def suites() -> Suites:
    return _conformance.suites()


@pytest.mark.parametrize("suite", _conformance.SUITES)
def test_onnx(suite: str, suites: Suites, subtests: pytest.Subtests, request: pytest.FixtureRequest) -> None:
    passed = 0
    cases = [case for case in suites[suite] if case.in_scope]
    for name, reason in _conformance.outcomes(cases):
        passed += reason is None
        with subtests.test(name):
            if reason is not None:
                pytest.fail(reason, pytrace=False)
    request.config.stash[SUMMARY].append(f"{passed:,} of {len(cases):,} in-scope {suite} tests of ONNX pass")


@needs_counted_release
def test_scope(suites: Suites) -> None:
    assert {suite: sum(case.in_scope for case in cases) for suite, cases in suites.items()} == COUNTS


@needs_counted_release
@pytest.mark.skipif(not SHARED_SCOPE.exists(), reason="no shared scope beside this checkout")
def test_scope_is_the_shared_one(suites: Suites) -> None:
    specification = importlib.util.spec_from_file_location("onnx_scope", SHARED_SCOPE)
    assert specification and specification.loader
    shared = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(shared)
    assert _conformance_scope.OPERATORS == shared.OPS
    assert _conformance_scope.ELEMENT_TYPES == set(shared.TYPES)
    cases = load_model_tests(kind="node")
    assert ({case.name for case in suites["node"] if case.in_scope}
            == {case.name for case in cases if shared.in_scope(case)})


def only(suites: Suites, name: str) -> "list[_conformance.Case]":
    return [case for cases in suites.values() for case in cases if case.name == name]


# Of a case made by code, and of one that lies in a file.
@pytest.mark.parametrize("name", ["test_relu", "test_single_relu_model"])
@pytest.mark.parametrize("spoilt, message", [
    (lambda result: result.astype(np.float64), "float64"),
    (lambda result: result[np.newaxis], "incorrect shape"),
    (lambda result: result + np.float32(0.01), "Not equal to tolerance"),
])
def test_wrong_results_fail(name: str, spoilt: Callable[[Any], Any], message: str, suites: Suites,
                            monkeypatch: pytest.MonkeyPatch) -> None:
    cases = only(suites, name)
    assert list(_conformance.outcomes(cases)) == [(name, None)]
    run = onnx_backend.BackendRep.run
    monkeypatch.setattr(onnx_backend.BackendRep, "run", lambda self, inputs: tuple(map(spoilt, run(self, inputs))))
    ((_, reason),) = _conformance.outcomes(cases)
    assert reason is not None and message in reason and "\n" not in reason


@pytest.mark.parametrize("name", ["test_relu", "test_single_relu_model"])
def test_refusals_fail(name: str, suites: Suites, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **options: Any) -> None:
        raise crnn.UnsupportedError("no")

    monkeypatch.setattr(onnx_backend, "Model", refuse)
    assert list(_conformance.outcomes(only(suites, name))) == [(name, "UnsupportedError: no")]


def test_crashes_and_hangs_are_failures_of_their_cases() -> None:
    def case(name: str, run: Callable[[], Any]) -> _conformance.Case:
        return _conformance.Case(name, True, run)

    cases = [case("good", lambda: None), case("trap", lambda: os.kill(os.getpid(), signal.SIGKILL)),
             case("exit", lambda: os._exit(3)), case("slow", lambda: time.sleep(60)), case("last", lambda: None)]
    assert list(_conformance.outcomes(cases, time_limit=0.5)) == [
        ("good", None), ("trap", "the process died of SIGKILL"), ("exit", "the process died of exit code 3"),
        ("slow", "no end within 0.5 seconds"), ("last", None)]


def test_command_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert _conformance.main(["--filter", "^test_relu$"]) == 0
    assert capsys.readouterr().out == "1 of 1 in-scope node tests matching '^test_relu$' pass\n"

    out_of_scope = ["--all", "--filter", "^test_(strnormalizer_nostopwords_nochangecase|relu)$"]
    assert _conformance.main(out_of_scope) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("test_strnormalizer_nostopwords_nochangecase: UnsupportedError: ")
    assert len(lines) == 2 and lines[1].startswith("1 of 2 node tests matching ")

    assert _conformance.main([*out_of_scope, "--names"]) == 1
    assert capsys.readouterr().out == "test_strnormalizer_nostopwords_nochangecase\n"

    assert _conformance.main(["--filter", "no such test"]) == 1
    assert capsys.readouterr().out == "no test was chosen\n"


def python(*arguments: str) -> "subprocess.CompletedProcess[str]":
    package = str(pathlib.Path(crnn.__file__).resolve().parents[1])
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": package})


def test_help_and_wrong_usage() -> None:
    result = python("-m", "crnn.onnx_backend", "--help")
    assert (result.returncode, result.stderr) == (0, "")
    for part in ("usage: python -m crnn.onnx_backend", "--filter", "--all", "exit codes"):
        assert part in result.stdout
    result = python("-m", "crnn.onnx_backend", "--filter", "(")
    assert result.returncode == 2 and "'(' is no regular expression" in result.stderr


def test_onnx_is_needed_by_this_module_alone() -> None:
    result = python("-c", "import sys, crnn; assert 'onnx' not in sys.modules; sys.modules['onnx'] = None\n"
                          "import crnn.onnx_backend")
    assert result.returncode == 1
    assert result.stderr.endswith("ImportError: crnn.onnx_backend needs the package onnx: pip install onnx\n")


ADD = onnx.helper.make_node("Add", ["a", "b"], ["0"])


def model_of(*nodes: Any, inputs: str = "ab", output: str = "0") -> Any:
    def value(name: str) -> Any:
        return onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None])

    graph = onnx.helper.make_graph(nodes, "graph", [value(name) for name in inputs], [value(output)])
    return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)


def floats(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


@pytest.mark.parametrize("inputs", [
    [floats(1, 2), floats(3, 4)], (floats(1, 2), [3, 4]), {"b": floats(3, 4), "a": floats(1, 2)}])
def test_prepare_and_run(inputs: Any) -> None:
    prepared = onnx_backend.prepare(model_of(ADD), threads=2)
    assert isinstance(prepared, onnx.backend.base.BackendRep)
    for _ in range(2):
        outputs = prepared.run(inputs)
        assert isinstance(outputs, tuple) and len(outputs) == 1
        assert outputs[0] is outputs["0"] and outputs[0].tolist() == [4, 6]


def test_one_array_for_one_input() -> None:
    model = model_of(onnx.helper.make_node("Neg", ["a"], ["y"]), inputs="a", output="y")
    outputs = onnx_backend.run_model(model, floats(1, 2), "CPU:0")
    assert outputs.y.tolist() == [-1, -2]  # type: ignore[attr-defined]


def test_a_real_network(bars_bytes: bytes) -> None:
    model = onnx.load_from_string(bars_bytes)
    inputs = {spec.name: np.zeros([extent or 5 for extent in spec.shape or ()], spec.dtype)
              for spec in crnn.Model(bars_bytes).inputs}
    expected = crnn.Model(bars_bytes).run(inputs)
    outputs = onnx_backend.run_model(model, list(inputs.values()))
    assert all(np.array_equal(mine, other) for mine, other in zip(outputs, expected.values()))


def test_wrong_arguments() -> None:
    prepared = onnx_backend.prepare(model_of(ADD))
    with pytest.raises(crnn.InvalidArgumentError, match="1 inputs were given; the model takes 2: 'a', 'b'"):
        prepared.run([floats(1)])
    with pytest.raises(crnn.InvalidInputError):
        prepared.run([floats(1), np.ones(1)])
    with pytest.raises(crnn.UnsupportedError, match="'CUDA'"):
        onnx_backend.prepare(model_of(ADD), "CUDA")
    with pytest.raises(TypeError, match="'speed'"):
        onnx_backend.prepare(model_of(ADD), speed=11)
    with pytest.raises(TypeError, match="'speed'"):
        prepared.run([floats(1), floats(1)], speed=11)


def test_devices_and_compatibility() -> None:
    assert onnx_backend.supports_device("CPU") and onnx_backend.supports_device("CPU:0")
    assert not onnx_backend.supports_device("CUDA")
    assert onnx_backend.is_compatible(model_of(ADD))
    assert not onnx_backend.is_compatible(model_of(ADD), "CUDA")
    assert not onnx_backend.is_compatible(model_of(onnx.helper.make_node("Det", ["a"], ["0"])))
    assert not onnx_backend.is_compatible(model_of(onnx.helper.make_node("Add", ["a", "z"], ["0"])))


@pytest.mark.parametrize("node, inputs, expected", [
    (ADD, [floats(1, 2), floats(3, 4)], [[4, 6]]),
    (onnx.helper.make_node("Add", ["a", "a"], ["0"]), [floats(1, 2)] * 2, [[2, 4]]),
    (onnx.helper.make_node("Neg", ["a"], ["0"]), floats(1, 2), [[-1, -2]]),
    (onnx.helper.make_node("Clip", ["a", "", "most"], ["0"]), [floats(1, 2, 3), np.float32(2)], [[1, 2, 2]]),
    (onnx.helper.make_node("Split", ["a"], ["0", "1"]), [floats(1, 2)], [[1], [2]]),
    (onnx.helper.make_node("Dropout", ["a"], ["", "mask"]), [floats(1, 2)], [[True, True]]),
    (onnx.helper.make_node("Constant", [], ["0"], value_ints=[1, 2]), [], [[1, 2]]),
])
def test_run_node(node: Any, inputs: Any, expected: Any) -> None:
    outputs = onnx_backend.run_node(node, inputs, opset_version=17)
    assert [output.tolist() for output in outputs] == expected


def test_run_node_with_another_opset() -> None:
    """Softmax took all axes from the given one together before opset 13."""
    node = onnx.helper.make_node("Softmax", ["x"], ["y"], axis=0)
    for version, expected in ((11, 0.25), (13, 0.5)):
        (output,) = onnx_backend.run_node(node, [np.zeros((2, 2), np.float32)], opset_version=version)
        assert output.tolist() == [[expected] * 2] * 2


def test_run_node_with_wrong_arguments() -> None:
    with pytest.raises(crnn.InvalidArgumentError, match="1 inputs were given; the node takes 2: 'a', 'b'"):
        onnx_backend.run_node(ADD, [floats(1)], opset_version=17)
    with pytest.raises(crnn.UnsupportedError, match="Det"):
        onnx_backend.run_node(onnx.helper.make_node("Det", ["a"], ["0"]), [np.eye(2)], opset_version=17)
