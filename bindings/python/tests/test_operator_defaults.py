"""What operators do where a model leaves something out, or where the file alone tells what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper

import crnn
import small_models


def test_selu_has_the_gamma_of_its_specification() -> None:
    """It is a number of single precision, whatever the input's: near values of that precision are not it."""
    content = small_models.model([helper.make_node("Selu", ["x"], ["y"])],
                                 [small_models.value("x", TensorProto.DOUBLE, [2])],
                                 [small_models.value("y", TensorProto.DOUBLE, [2])])
    with crnn.Model(content) as model:
        result = model.run({"x": np.array([1.0, 2.0])})["y"]
    assert result.tolist() == [1.05070102214813232421875, 2.1014020442962646484375]


@pytest.mark.parametrize("operator", ["QLinearAdd", "QLinearMul"])
def test_result_without_zero_point_has_the_operands_type(operator: str) -> None:
    constants = {"scale": np.array(0.5, np.float32), "zero": np.array(0, np.int8)}
    names = ["x", "scale", "zero"] * 2 + ["scale"]
    content = small_models.model(
        [helper.make_node(operator, names, ["y"], domain="com.microsoft")],
        [small_models.value("x", TensorProto.INT8, [2])], [small_models.value("y", TensorProto.INT8, [2])], constants,
        domains=["com.microsoft"])
    values = np.array([-7, 9], np.int8)
    with crnn.Model(content) as model:
        result = model.run({"x": values})["y"]
    assert result.dtype == np.int8
    exact = values * 1.0 + values if operator == "QLinearAdd" else values * (values * 0.5)
    assert result.tolist() == np.rint(exact).astype(np.int8).tolist()


def test_stored_addend_of_gemm_has_no_third_axis() -> None:
    constants = {"b": np.ones((2, 1), np.float32), "c": np.ones((1, 1, 1), np.float32)}
    content = small_models.model([helper.make_node("Gemm", ["a", "b", "c"], ["y"])],
                                 [small_models.value("a", TensorProto.FLOAT, [1, 2])],
                                 [small_models.value("y", TensorProto.FLOAT, [1, 1])], constants)
    with pytest.raises(crnn.Error, match="does not broadcast"):
        with crnn.Model(content) as model:
            model.run({"a": np.ones((1, 2), np.float32)})


def test_exponent_of_more_bits_is_not_rounded() -> None:
    inputs = [small_models.value("x", TensorProto.FLOAT16, [1]), small_models.value("e", TensorProto.FLOAT, [2])]
    content = small_models.model([helper.make_node("Pow", ["x", "e"], ["y"])], inputs,
                                 [small_models.value("y", TensorProto.FLOAT16, [2])])
    with crnn.Model(content) as model:
        result = model.run({"x": np.array([-1], np.float16), "e": np.array([1.99959, 2], np.float32)})["y"]
    assert np.isnan(result[0]) and result[1] == 1


def test_non_zero_of_a_scalar_has_no_coordinates() -> None:
    content = small_models.model([helper.make_node("NonZero", ["x"], ["y"])],
                                 [small_models.value("x", TensorProto.FLOAT, [])],
                                 [small_models.value("y", TensorProto.INT64, [0, None])])
    with crnn.Model(content) as model:
        assert model.run({"x": np.array(2, np.float32)})["y"].shape == (0, 1)
        assert model.run({"x": np.array(0, np.float32)})["y"].shape == (0, 0)


def test_blocks_along_an_axis_that_the_input_lacks_are_refused() -> None:
    content = small_models.model(
        [helper.make_node("QuantizeLinear", ["x", "scale"], ["y"], axis=-2, block_size=1)],
        [small_models.value("x", TensorProto.FLOAT, [1]), small_models.value("scale", TensorProto.FLOAT, [2])],
        [small_models.value("y", TensorProto.UINT8, [1])], opset=21)
    with pytest.raises(crnn.Error, match="axis -2 is out of range for rank 1"):
        with crnn.Model(content) as model:
            model.run({"x": np.ones(1, np.float32), "scale": np.ones(2, np.float32)})


def test_sum_without_a_term_is_refused_behind_a_convolution_too() -> None:
    content = small_models.model(
        [helper.make_node("Conv", ["x", "w"], ["c"]), helper.make_node("Add", ["", "c"], ["y"], name="sum")],
        [small_models.value("x", TensorProto.FLOAT, [1, 1, 4])], [small_models.value("y", TensorProto.FLOAT, [1, 1, 4])],
        {"w": np.ones((1, 1, 1), np.float32)})
    with pytest.raises(crnn.Error, match="sum"):
        with crnn.Model(content) as model:
            model.run({"x": np.ones((1, 1, 4), np.float32)})


def test_layer_normalization_of_equal_numbers_is_nothing() -> None:
    content = small_models.model([helper.make_node("LayerNormalization", ["x", "scale"], ["y"])],
                                 [small_models.value("x", TensorProto.FLOAT, [5])],
                                 [small_models.value("y", TensorProto.FLOAT, [5])], {"scale": np.ones(5, np.float32)})
    with crnn.Model(content) as model:
        result = model.run({"x": np.full(5, 2.30106, np.float32)})["y"]
    assert np.abs(result).max() < 1e-9


def test_statistics_of_nothing_are_not_numbers() -> None:
    content = small_models.model([helper.make_node("LayerNormalization", ["x", "scale"], ["y", "mean", "deviation"], axis=0)],
                                 [small_models.value("x", TensorProto.FLOAT, [0, 2])],
                                 [small_models.value("mean", TensorProto.FLOAT, [1, 1]),
                                  small_models.value("deviation", TensorProto.FLOAT, [1, 1])],
                                 {"scale": np.ones(2, np.float32)})
    with crnn.Model(content) as model:
        results = model.run({"x": np.ones((0, 2), np.float32)})
    assert np.isnan(results["mean"]).all() and np.isnan(results["deviation"]).all()
