"""Sessions: arrays in and out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, ValueInfoProto, helper

import crnn
import goldens
import small_models

DTYPES = ["float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "bool", "float16", "float64", "uint32",
          "uint64"]


@pytest.fixture(scope="module")
def affine() -> crnn.Model:
    return crnn.Model(small_models.affine())


X = np.array([[1, -2, 3], [4, 5, -6]], np.float32)
BIAS = np.array([1, 1, 1], np.float32)
PRODUCT = X @ np.array([[1, 2], [3, 4], [5, 6]], np.float32)
RELU = np.maximum(X + BIAS, 0)


def test_all_outputs(affine: crnn.Model) -> None:
    outputs = affine.run({"bias": BIAS, "x": X})
    assert list(outputs) == ["product", "relu"]
    assert np.array_equal(outputs["product"], PRODUCT)
    assert np.array_equal(outputs["relu"], RELU)


def test_chosen_outputs(affine: crnn.Model) -> None:
    assert list(affine.run({"x": X, "bias": BIAS}, outputs=["relu"])) == ["relu"]
    swapped = affine.run({"x": X, "bias": BIAS}, ["relu", "product"])
    assert list(swapped) == ["relu", "product"]
    assert np.array_equal(swapped["product"], PRODUCT)
    assert np.array_equal(swapped["relu"], RELU)


def test_outputs_are_copies(affine: crnn.Model) -> None:
    session = affine.session()
    first = session.run({"x": X, "bias": BIAS})
    session.run({"x": np.zeros((2, 3), np.float32), "bias": BIAS})
    assert np.array_equal(first["product"], PRODUCT)
    assert first["product"].flags.owndata and first["product"].flags.writeable


def test_inputs_are_not_changed(affine: crnn.Model) -> None:
    x, bias = X.copy(), BIAS.copy()
    x.flags.writeable = bias.flags.writeable = False
    affine.run({"x": x, "bias": bias})
    assert np.array_equal(x, X) and np.array_equal(bias, BIAS)


def unaligned(array: np.ndarray) -> np.ndarray:
    storage = np.zeros(array.nbytes + 1, np.uint8)
    storage[1:] = np.frombuffer(array.tobytes(), np.uint8)
    return storage[1:].view(array.dtype).reshape(array.shape)


@pytest.mark.parametrize("form", [
    lambda x: np.asfortranarray(x),
    lambda x: np.repeat(x, 2, axis=1)[:, ::2],
    lambda x: x[::-1].copy()[::-1],
    lambda x: x.astype(x.dtype.newbyteorder()),
    unaligned,
    lambda x: x.tolist(),
    lambda x: tuple(map(tuple, x.astype(int).tolist())),
    lambda x: np.ma.masked_array(x),
])
def test_every_form_of_an_array(form: Any, affine: crnn.Model) -> None:
    outputs = affine.run({"x": form(X), "bias": [1, 1, 1]})
    assert np.array_equal(outputs["product"], PRODUCT)
    assert np.array_equal(outputs["relu"], RELU)


def test_contiguous_arrays_are_not_copied() -> None:
    from crnn._tensors import input_array

    assert input_array("x", X, 1) is X
    assert input_array("x", X[1:], 1).ctypes.data == X[1:].ctypes.data


@pytest.mark.parametrize("name", DTYPES)
def test_every_type_passes_through(name: str) -> None:
    dtype = np.dtype(name)
    model = crnn.Model(small_models.identity(helper.np_dtype_to_tensor_dtype(dtype)))
    assert model.inputs[0].dtype == model.outputs[0].dtype == dtype
    limits = [False, True] if name == "bool" else [
        np.finfo(dtype).min if dtype.kind == "f" else np.iinfo(dtype).min,
        np.finfo(dtype).max if dtype.kind == "f" else np.iinfo(dtype).max,
    ]
    array = np.array([limits, [1, 0]], dtype)
    output = model.run({"x": array})["y"]
    assert output.dtype == dtype and np.array_equal(output, array)
    assert np.array_equal(model.run({"x": [[1, 0]]})["y"], np.array([[1, 0]], dtype))


def test_bfloat16() -> None:
    model = crnn.Model(small_models.identity(TensorProto.BFLOAT16))
    bits = np.array([[0x3F80, 0xC000]], np.uint16)  # 1 and -2
    outputs = model.run({"x": bits})["y"]
    assert outputs.view(np.uint16).tolist() == bits.tolist()
    try:
        import ml_dtypes
    except ImportError:
        assert model.inputs[0].dtype == outputs.dtype == np.uint16
        return
    assert model.inputs[0].dtype == outputs.dtype == ml_dtypes.bfloat16
    values = bits.view(ml_dtypes.bfloat16)
    assert model.run({"x": values})["y"].tolist() == [[1, -2]]
    assert model.run({"x": [[1.0, -2.0]]})["y"].tolist() == [[1, -2]]


def forms(array: np.ndarray) -> Any:
    yield np.asfortranarray(array)
    yield np.repeat(array, 3, axis=0)[::3]
    yield array[:, ::-1].copy()[:, ::-1]
    yield np.broadcast_to(array[:1], array.shape)
    yield unaligned(array)


@pytest.mark.parametrize("name", ["bool", "int8", "uint64", "float16", "bfloat16"])
def test_every_form_of_every_size(name: str) -> None:
    dtype = pytest.importorskip("ml_dtypes").bfloat16 if name == "bfloat16" else np.dtype(name)
    model = crnn.Model(small_models.identity(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), None))
    for shape in ((2, 3), (2, 0), (0, 3)):
        for array in forms(np.arange(np.prod(shape)).reshape(shape).astype(dtype)):
            output = model.run({"x": array})["y"]
            assert output.dtype == dtype and output.shape == shape and output.tolist() == array.tolist()
    output = model.run({"x": np.ones((), dtype)})["y"]
    assert output.shape == () and output == 1


def test_what_is_no_tensor() -> None:
    model = crnn.Model(small_models.identity(TensorProto.FLOAT, None))
    for value in (None, "1", b"1", {1: 2}, 1j, 10**400, iter([1.0]), np.array([1, 2], object), np.ones(2, "M8[s]"),
                  np.ones(2, [("a", "f4")]), np.ones(2, np.longdouble)):
        with pytest.raises(crnn.InvalidInputError, match="'x' has element type .*, which no tensor has; expected"):
            model.run({"x": value})
    with pytest.raises(crnn.InvalidInputError, match="'x': rank 64, expected 0 to 16"):
        model.run({"x": np.ones((1,) * 64, np.float32)})


def test_true_is_whatever_is_not_zero() -> None:
    """A mask of 0 and 255 may be viewed as bool without a copy."""
    mask = np.array([255, 2, 1, 0], np.uint8).view(bool)
    for operator, expected in (("Not", [False, False, False, True]), ("Xor", [True, True, True, False])):
        inputs = ["x"] if operator == "Not" else ["x", "nothing"]
        model = crnn.Model(small_models.model(
            [helper.make_node(operator, inputs, ["y"])], [small_models.value("x", TensorProto.BOOL, [4])],
            [small_models.value("y", TensorProto.BOOL, [4])], {"nothing": np.zeros(1, bool)}))
        assert model.run({"x": mask})["y"].view(np.uint8).tolist() == list(map(int, expected))


def test_undeclared_element_types() -> None:
    """Exporters must declare them, and some do not."""
    for x, y in ((ValueInfoProto(name="x"), small_models.value("y", TensorProto.FLOAT, [2])),
                 (small_models.value("x", TensorProto.FLOAT, [2]), ValueInfoProto(name="y"))):
        model = crnn.Model(small_models.model([helper.make_node("Neg", ["x"], ["y"])], [x], [y]))
        undeclared = model.inputs[0] if not x.HasField("type") else model.outputs[0]
        assert undeclared.dtype is None and undeclared.shape is None
        assert model.run({"x": np.ones(2, np.float32)})["y"].tolist() == [-1, -1]
    model = crnn.Model(small_models.model([helper.make_node("Neg", ["x"], ["y"])], [ValueInfoProto(name="x")],
                                          [ValueInfoProto(name="y")]))
    outputs = model.run({"x": [1.5, 2]})["y"]
    assert outputs.dtype == np.float64 and outputs.tolist() == [-1.5, -2]
    with pytest.raises(crnn.InvalidInputError, match="'x' has element type object, which no tensor has"):
        model.run({"x": [None]})


def test_numbers_that_do_not_fit_are_not_converted() -> None:
    model = crnn.Model(small_models.identity(TensorProto.INT32))
    for value in ([[1.5]], [[2**40]], [["1"]], [[1j]], [[None]], [[1], [2, 3]]):
        with pytest.raises(crnn.InvalidInputError, match="'x'"):
            model.run({"x": value})


def test_scalars() -> None:
    model = crnn.Model(small_models.identity(TensorProto.FLOAT, ()))
    assert model.inputs[0].shape == ()
    for value in (2, 2.0, np.float32(2), np.array(2, np.float32)):
        output = model.run({"x": value})["y"]
        assert output.shape == () and output == 2


def test_empty_arrays() -> None:
    model = crnn.Model(small_models.identity(TensorProto.FLOAT))
    for shape in ((0, 3), (3, 0), (0, 0)):
        assert model.run({"x": np.zeros(shape, np.float32)})["y"].shape == shape


def test_wrong_arguments(affine: crnn.Model) -> None:
    with pytest.raises(TypeError, match="inputs"):
        affine.run([X, BIAS])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="outputs"):
        affine.run({"x": X, "bias": BIAS}, "relu")
    with pytest.raises(TypeError, match="name"):
        affine.run({1: X, "bias": BIAS})  # type: ignore[dict-item]


def test_a_failed_run_leaves_the_session_usable(affine: crnn.Model) -> None:
    session = affine.session()
    for wrong in ({"x": X.astype(np.float64), "bias": BIAS}, {"x": X}, {"x": X[0], "bias": BIAS}):
        with pytest.raises(crnn.Error):
            session.run(wrong)
        assert np.array_equal(session.run({"x": X, "bias": BIAS})["product"], PRODUCT)


def test_session_info(affine: crnn.Model) -> None:
    session = affine.session(threads=2, plan_capacity=3)
    assert session.info.threads == 2
    assert session.info.plan_count == session.info.plans_built == 0
    for rows in (1, 2, 3, 4, 5, 5, 5):
        session.run({"x": np.zeros((rows, 3), np.float32), "bias": BIAS})
    assert session.info.plan_count == 3
    assert session.info.plans_built == 5
    assert crnn.Model(small_models.affine()).session(threads=-1).info.threads >= 1


@pytest.mark.parametrize("steps, batch", [(1, 1), (7, 1), (5, 3), (64, 2)])
def test_recurrent_network_agrees_with_onnxruntime(steps: int, batch: int) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    content = small_models.recurrent()
    x = np.random.default_rng(steps).standard_normal((steps, batch, 12)).astype(np.float32)
    peer = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    expected = peer.run(None, {"x": x})[0]
    model = crnn.Model(content)
    results = [model.session(threads=threads).run({"x": x})["log_probabilities"] for threads in (1, 2, 3)]
    assert goldens.largest_difference(expected, results[0]) <= goldens.TOLERANCE
    assert all(result.tobytes() == results[0].tobytes() for result in results)


def test_batches_do_not_change_answers() -> None:
    x = np.random.default_rng(3).standard_normal((9, 5, 12)).astype(np.float32)
    model = crnn.Model(small_models.recurrent())
    together = model.run({"x": x})["log_probabilities"]
    for index in range(5):
        alone = model.run({"x": x[:, index : index + 1]})["log_probabilities"]
        assert np.array_equal(together[:, index], alone[:, 0])


@pytest.mark.parametrize("n", [3, 600])
def test_runs_like_the_one_before(n: int) -> None:
    """Runs on arrays of the same shapes take a shorter way, small arrays another one; any run may come between."""
    nodes = [helper.make_node("Add", ["x", "y"], ["sum"]), helper.make_node("Sub", ["x", "y"], ["difference"])]
    session = crnn.Model(small_models.model(
        nodes, [small_models.value(name, TensorProto.FLOAT, ["A", "B"]) for name in "xy"],
        [small_models.value(name, TensorProto.FLOAT, None) for name in ("sum", "difference")])).session()
    random = np.random.default_rng(0)
    kept = []

    def array(*shape: int) -> np.ndarray:
        return random.standard_normal(shape).astype(np.float32)

    def check(x: Any, y: Any, **options: Any) -> None:
        results = session.run({"x": x, "y": y}, **options)
        expected = {"sum": np.add(x, y, dtype=np.float32), "difference": np.subtract(x, y, dtype=np.float32)}
        assert list(results) == options.get("outputs", ["sum", "difference"])
        kept.extend((result, expected[name]) for name, result in results.items())

    frozen, unaligned = array(n, 4), np.frombuffer(bytearray(16 * n + 1), np.uint8)[1:].view(np.float32).reshape(n, 4)
    frozen.flags.writeable = False
    for _ in range(3):
        check(array(n, 4), array(n, 4))
        check(array(n, 4), array(n, 4))
        check(array(4, n), array(4, n))
        check(array(4, n).T, array(n, 4))
        check(frozen, unaligned)
        check([[1.0, 2.0, 3.0, 4.0]] * n, array(n, 4))
        check(array(n, 4), array(n, 4), outputs=["difference"])
        check(array(0, 4), array(0, 4))
        check(array(n, 4).astype(">f4"), array(n, 4))
        assert session.run({"y": frozen, "x": frozen})["sum"].tolist() == (frozen + frozen).tolist()
        with pytest.raises(crnn.InvalidInputError, match="'x'"):
            session.run({"x": array(n, 4).astype(np.float64), "y": array(n, 4)})
        with pytest.raises(crnn.InvalidArgumentError, match="'z'"):
            session.run({"x": array(n, 4), "z": array(n, 4)})
    # Results are the caller's: no later run has touched them.
    assert all(np.array_equal(result, expected) and result.shape == expected.shape for result, expected in kept)


def test_outputs_whose_shapes_change_in_place() -> None:
    """As many bytes in another shape, from inputs of the same shapes."""
    session = crnn.Model(small_models.model(
        [helper.make_node("Reshape", ["x", "shape"], ["y"])],
        [small_models.value("x", TensorProto.FLOAT, [6]), small_models.value("shape", TensorProto.INT64, [2])],
        [small_models.value("y", TensorProto.FLOAT, None)])).session()
    x = np.arange(6, dtype=np.float32)
    for shape in [(2, 3), (3, 2), (3, 2), (6, 1), (2, 3), (1, 6)] * 2:
        y = session.run({"x": x, "shape": np.array(shape, np.int64)})["y"]
        assert y.shape == shape and y.ravel().tolist() == x.tolist()
