"""Bad input: each kind has its own exception and a message that says what was expected, and none is a crash."""

from __future__ import annotations

import ctypes
import pathlib
from typing import Any, Callable, List, Tuple

import numpy as np
import pytest

import crnn
import small_models
from crnn import _api

X = np.zeros((2, 3), np.float32)
BIAS = np.zeros(3, np.float32)
GRAY = small_models.bars_image([1, 2])


def folder_of_files(folder: pathlib.Path) -> pathlib.Path:
    """Every kind of file that is no model."""
    model = small_models.bars(metadata=small_models.BARS_METADATA)
    (folder / "good.onnx").write_bytes(model)
    (folder / "empty.onnx").write_bytes(b"")
    (folder / "truncated.onnx").write_bytes(model[: len(model) * 2 // 3])
    (folder / "text.onnx").write_text("This is not a model.\n" * 100)
    (folder / "image.onnx").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    (folder / "zeros.onnx").write_bytes(bytes(4096))
    (folder / "magic.crnn").write_bytes(b"CRNN" + bytes(60))
    crnn.Model(folder / "good.onnx").save(folder / "good.crnn")
    native = (folder / "good.crnn").read_bytes()
    (folder / "truncated.crnn").write_bytes(native[: len(native) // 2])
    (folder / "headless.crnn").write_bytes(native[:10])
    return folder


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return folder_of_files(tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize("name, kind, message", [
    ("missing.onnx", "FileError", "missing.onnx"),
    (".", "FileError", "/"),
    ("good.onnx/inside", "FileError", "good.onnx/inside"),
    ("empty.onnx", "InvalidModelError", "empty.onnx"),
    ("truncated.onnx", "InvalidModelError", "truncated.onnx"),
    ("text.onnx", "InvalidModelError", "text.onnx"),
    ("image.onnx", "InvalidModelError", "image.onnx"),
    ("zeros.onnx", "InvalidModelError", "zeros.onnx"),
    ("magic.crnn", "InvalidModelError", "magic.crnn"),
    ("truncated.crnn", "InvalidModelError", "truncated.crnn"),
    ("headless.crnn", "InvalidModelError", "headless.crnn"),
])
@pytest.mark.parametrize("copy_file", [False, True])
def test_files(name: str, kind: str, message: str, copy_file: bool, files: pathlib.Path, in_child: Any) -> None:
    outcome = in_child(lambda: repr(crnn.Model(files / name, copy_file=copy_file)))
    assert outcome[0] == kind, outcome
    assert message in outcome[2] and len(outcome[2]) > len(message)


@pytest.mark.parametrize("content", [b"", b"\0", b"nonsense" * 20, b"\x08\x08", bytes(64), b"\xff" * 64])
def test_bytes(content: bytes, in_child: Any) -> None:
    outcome = in_child(lambda: repr(crnn.Model(content)))
    assert outcome[0] == "InvalidModelError" and outcome[2], outcome


def test_unknown_operators_are_all_listed(in_child: Any) -> None:
    kind, _, message = in_child(lambda: repr(crnn.Model(small_models.unknown_operators())))
    assert kind == "UnsupportedError"
    for part in ("second", "Frobnicate", "com.example", "third", "Bamboozle", "17"):
        assert part in message
    assert "first" not in message


def run(inputs: Any, outputs: Any = None) -> Callable[[], Any]:
    return lambda: crnn.Model(small_models.affine()).run(inputs, outputs)


@pytest.mark.parametrize("call, kind, parts", [
    (run({"y": X, "bias": BIAS}), "InvalidArgumentError", ["'y'", "x", "bias"]),
    (run({"x": X}), "InvalidArgumentError", ["bias"]),
    (run({}), "InvalidArgumentError", []),
    (run({"x": X, "bias": BIAS, "more": X}), "InvalidArgumentError", ["x", "bias"]),
    (run({"x": X, "bias": BIAS}, ["logp"]), "InvalidArgumentError", ["logp", "product", "relu"]),
    (run({"x\0": X, "bias": BIAS}), "InvalidArgumentError", ["NUL"]),
    (run({"x": X.astype(np.float64), "bias": BIAS}), "InvalidInputError", ["x", "float32", "float64"]),
    (run({"x": X.astype(np.int64), "bias": BIAS}), "InvalidInputError", ["x", "float32", "int64"]),
    (run({"x": X.astype(str), "bias": BIAS}), "InvalidInputError", ["x", "float32", "<U"]),
    (run({"x": X.astype(object), "bias": BIAS}), "InvalidInputError", ["x", "float32", "object"]),
    (run({"x": X[0], "bias": BIAS}), "InvalidInputError", ["'x'", "[3]", ", 3]"]),
    (run({"x": X[None], "bias": BIAS}), "InvalidInputError", ["'x'", "[1, 2, 3]", ", 3]"]),
    (run({"x": np.float32(1), "bias": BIAS}), "InvalidInputError", ["'x'", "[]", ", 3]"]),
    (run({"x": X[:, :2], "bias": BIAS}), "InvalidInputError", ["'x'", "[2, 2]", ", 3]"]),
    (run({"x": X, "bias": np.zeros(4, np.float32)}), "InvalidInputError", ["bias", "4", "3"]),
])
def test_inputs(call: Any, kind: str, parts: List[str], in_child: Any) -> None:
    outcome = in_child(call)
    assert outcome[0] == kind, outcome
    assert outcome[2] and all(part in outcome[2] for part in parts), outcome


def test_too_narrow_for_the_network(in_child: Any) -> None:
    content = small_models.bars(kernel_width=8)

    def call(width: int) -> Any:
        return crnn.Model(content).run({"image": np.zeros((1, 1, 4, width), np.float32)})["logits"].shape

    assert in_child(call, 8) == ("returned", (1, 1, 4), "")
    for width in (7, 1):
        kind, _, message = in_child(call, width)
        assert kind == "InvalidInputError"
        assert "conv" in message and str(width) in message and "8" in message
    assert in_child(call, 0)[0] == "InvalidInputError"


def test_image_too_narrow_for_the_network(in_child: Any) -> None:
    content = small_models.bars(metadata=small_models.BARS_METADATA, kernel_width=8)
    outcome = in_child(lambda: crnn.Model(content).read(GRAY))
    assert outcome[0] == "InvalidInputError" and outcome[2], outcome


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0), (0, 5, 3), (5, 0, 4)])
def test_empty_images(shape: Tuple[int, ...], in_child: Any, bars_bytes: bytes) -> None:
    outcome = in_child(lambda: crnn.Model(bars_bytes).read(np.zeros(shape, np.uint8)))
    assert outcome[0] in ("InvalidInputError", "InvalidArgumentError") and outcome[2], outcome


def test_images_without_metadata(in_child: Any) -> None:
    kind, _, message = in_child(lambda: crnn.Model(small_models.bars()).read(GRAY))
    assert kind == "InvalidMetadataError" and "crnn." in message


@pytest.mark.parametrize("key, value", [
    ("crnn.kind", "poem"),
    ("crnn.labels", "only\ntwo"),
    ("crnn.labels", "\n".join("too many labels")),
    ("crnn.blank", "4"),
    ("crnn.blank", "-1"),
    ("crnn.blank", "first"),
    ("crnn.blank", "99999999999999999999999"),
    ("crnn.image.height", "0"),
    ("crnn.image.height", "-4"),
    ("crnn.image.height", "4294967300"),
    ("crnn.image.channels", "cmyk"),
    ("crnn.image.layout", "CHWN"),
    ("crnn.image.mean", "dark"),
    ("crnn.image.scale", "nan"),
    ("crnn.output.kind", "odds"),
    ("crnn.output.layout", "CTN"),
])
def test_wrong_metadata(key: str, value: str, in_child: Any) -> None:
    content = small_models.bars(metadata={**small_models.BARS_METADATA, key: value})
    kind, _, message = in_child(lambda: crnn.Model(content).read(GRAY))
    assert kind == "InvalidMetadataError", message
    assert key in message


@pytest.mark.parametrize("options", [{"threads": -2}, {"threads": 2**31}, {"plan_capacity": -1}])
def test_session_options(options: Any, in_child: Any) -> None:
    kind, _, message = in_child(lambda: repr(crnn.Model(small_models.affine()).session(**options)))
    assert kind == "InvalidArgumentError" and next(iter(options)).split("_")[0] in message


def test_saving_where_one_cannot(in_child: Any, tmp_path: pathlib.Path) -> None:
    for path in (tmp_path / "no" / "folder.crnn", tmp_path):
        kind, _, message = in_child(lambda: crnn.Model(small_models.affine()).save(path))
        assert kind == "FileError" and str(path) in message
    assert list(tmp_path.iterdir()) == []


def test_released_handles(in_child: Any) -> None:
    """The raw layer: a handle that is no longer one, or never was, is recognised."""

    def call() -> List[Any]:
        handle, session = ctypes.c_void_p(), ctypes.c_void_p()
        content = small_models.affine()
        _api.model_open_memory(content, len(content), None, ctypes.byref(handle))
        _api.session_create(handle, None, ctypes.byref(session))
        _api.model_release(handle)
        _api.session_release(session)
        found = []
        created, spec = ctypes.c_void_p(), _api.tensor_spec()
        calls: List[Callable[[Any], Any]] = [
            lambda bad: _api.session_create(bad, None, ctypes.byref(created)),
            lambda bad: _api.model_input(bad, 0, ctypes.byref(spec)),
            lambda bad: _api.model_save(bad, b"nowhere"),
            lambda bad: _api.model_set_metadata(bad, b"a", b"b"),
            lambda bad: _api.session_run(bad, None, 0, None, 0),
        ]
        for bad in (handle, session, ctypes.c_void_p(0x1000), ctypes.c_void_p(2**63 + 8)):
            for function in calls:
                try:
                    function(bad)
                except crnn.Error as error:
                    found.append((int(error.status), str(error)))
            assert _api.model_input_count(bad) == _api.model_metadata_count(bad) == _api.model_node_count(bad) == 0
            assert _api.model_metadata(bad, b"a") is None and _api.model_metadata_key(bad, 0) is None
            _api.model_release(bad)
            _api.session_release(bad)
        return found

    kind, found, message = in_child(call)
    assert kind == "returned", message
    assert len(found) == 20
    assert all(status == crnn.Status.INVALID_HANDLE and text for status, text in found)


def test_null_arguments(in_child: Any) -> None:
    def call() -> List[int]:
        handle, session, reading = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.POINTER(_api.reading)()
        content = small_models.affine()
        _api.model_open_memory(content, len(content), None, ctypes.byref(handle))
        _api.session_create(handle, None, ctypes.byref(session))
        statuses = []
        for function in (
            lambda: _api.model_open(None, None, ctypes.byref(handle)),
            lambda: _api.model_open(b"x", None, None),
            lambda: _api.model_open_memory(None, 5, None, ctypes.byref(handle)),
            lambda: _api.model_open_memory(content, len(content), None, None),
            lambda: _api.model_input(handle, 0, None),
            lambda: _api.model_input(handle, 2, ctypes.byref(_api.tensor_spec())),
            lambda: _api.model_node(handle, 10**6, ctypes.byref(_api.node_spec())),
            lambda: _api.model_save(handle, None),
            lambda: _api.model_set_metadata(handle, None, b"b"),
            lambda: _api.model_get_info(handle, None),
            lambda: _api.session_create(handle, None, None),
            lambda: _api.session_run(session, None, 2, None, 2),
            lambda: _api.session_get_info(session, None),
            lambda: _api.session_read_image(session, None, None, ctypes.byref(reading)),
            lambda: _api.ctc_greedy(None, 3, 3, None, ctypes.byref(reading)),
            lambda: _api.ctc_greedy(X.ctypes.data, 2, 3, None, None),
            lambda: _api.ctc_greedy(X.ctypes.data, 2**62, 2**62, None, ctypes.byref(reading)),
        ):
            try:
                function()
                statuses.append(0)
            except crnn.Error as error:
                statuses.append(int(error.status) if str(error) else -1)
        for release in (_api.model_release, _api.session_release, _api.reading_free):
            release(None)
        return statuses

    kind, statuses, message = in_child(call)
    assert kind == "returned", message
    assert set(statuses) == {int(crnn.Status.INVALID_ARGUMENT)}, statuses


def open_and_run(content: bytes) -> str:
    """What becomes of a damaged model: the name of its error, or "fine"."""
    try:
        model = crnn.Model(content)
        shapes = {spec.name: [2 if extent is None else extent for extent in spec.shape or ()] for spec in model.inputs}
        if all(np.prod(shape, dtype=float) < 1e6 for shape in shapes.values()):
            inputs = {spec.name: np.zeros(shapes[spec.name], spec.dtype) for spec in model.inputs}
            model.run(inputs)
        model.read(GRAY)
    except crnn.Error as error:
        assert str(error)
        return type(error).__name__
    return "fine"


def as_file(model: bytes, form: str, folder: pathlib.Path) -> bytes:
    if form == "onnx":
        return model
    crnn.Model(model).save(folder / "model.crnn")
    return (folder / "model.crnn").read_bytes()


@pytest.mark.parametrize("form", ["onnx", "crnn"])
def test_every_truncation(form: str, in_child: Any, tmp_path: pathlib.Path, bars_bytes: bytes) -> None:
    content = as_file(bars_bytes, form, tmp_path)
    kind, outcomes, message = in_child(lambda: [open_and_run(content[:size]) for size in range(len(content))])
    assert kind == "returned", message
    if form == "crnn":
        assert set(outcomes) == {"InvalidModelError"}
    else:
        assert outcomes.count("InvalidModelError") > len(outcomes) // 2


@pytest.mark.parametrize("form", ["onnx", "crnn"])
@pytest.mark.parametrize("build", [small_models.affine, small_models.recurrent], ids=["affine", "recurrent"])
@pytest.mark.parametrize("seed", range(3))
def test_random_damage(form: str, build: Any, seed: int, in_child: Any, tmp_path: pathlib.Path) -> None:
    content = as_file(build(), form, tmp_path)

    def call() -> List[str]:
        random = np.random.default_rng(seed)
        outcomes = []
        for _ in range(200):
            damaged = np.frombuffer(content, np.uint8).copy()
            # Half of the damage where names, sizes and offsets are, which is at the beginning and the end.
            reach = len(damaged) if random.random() < 0.5 else min(400, len(damaged))
            places = random.integers(0, reach, int(random.integers(1, 5)))
            places = len(damaged) - 1 - places if random.random() < 0.3 else places
            damaged[places] = random.integers(0, 256, len(places))
            outcomes.append(open_and_run(damaged.tobytes()))
        return outcomes

    kind, outcomes, message = in_child(call)
    assert kind == "returned", f"seed {seed}: {message}"
    assert len(outcomes) == 200
    assert set(outcomes) <= {"fine", "InvalidModelError", "UnsupportedError", "InvalidInputError",
                             "InvalidArgumentError", "InvalidMetadataError", "OutOfMemoryError"}, outcomes


def test_builtin_bases() -> None:
    """`except` clauses for Python's own classes work."""
    with pytest.raises(OSError):
        crnn.Model("/nonexistent/model.onnx")
    with pytest.raises(ValueError):
        run({"y": X})()
    with pytest.raises(ValueError):
        run({"x": X[0], "bias": BIAS})()
    with pytest.raises(NotImplementedError):
        crnn.Model(small_models.unknown_operators())
    assert issubclass(crnn.OutOfMemoryError, MemoryError)
    for kind in crnn.Error.__subclasses__():
        assert issubclass(kind, RuntimeError) and getattr(crnn, kind.__name__) is kind
