"""Quantised networks, and quantised operators that are refused."""

from __future__ import annotations

import pathlib
from typing import Any, Dict, List, Sequence

import numpy as np
import pytest
from conftest import CHECKOUT
from onnx import helper, numpy_helper

import crnn
import goldens

NETWORKS = sorted((CHECKOUT / "Tests" / "fixtures" / "quantized").glob("*.onnx"))


@pytest.mark.skipif(not NETWORKS, reason="no quantised networks in this checkout")
@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_matches_goldens(path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    goldens.check_both_files(path, goldens.of_model(path, ""), tmp_path)


def zeros(dtype: Any, *shape: int) -> np.ndarray:
    return np.zeros(shape, dtype)


F, H, U, S, I = np.float32, np.float16, np.uint8, np.int8, np.int32
Q, DQ, MICROSOFT = "QuantizeLinear", "DequantizeLinear", "com.microsoft"
LSTM = [zeros(F, 3, 1, 4), zeros(S, 1, 4, 8), zeros(S, 1, 2, 8), None, None, None, None, None]

REFUSED: Dict[str, Any] = {
    "scale per axis": (Q, [zeros(F, 2, 3), zeros(F, 4)], {}, ["input 1 has shape [4]", "axis 1 of [2, 3]"]),
    "axis": (DQ, [zeros(U, 2, 3), zeros(F, 3)], {"axis": 2}, ["[3]", "axis 2 of [2, 3]"]),
    "negative axis": (DQ, [zeros(U, 2, 3), zeros(F, 3)], {"axis": -3}, ["[3]", "of [2, 3]"]),
    "axis of blocks": (Q, [zeros(F, 2, 4), zeros(F, 2, 2)], {"axis": 5, "block_size": 2}, ["axis 5 is out of range"]),
    "matrix of scales": (Q, [zeros(F, 2, 3), zeros(F, 2, 3)], {}, ["input 1 has shape [2, 3]", "expected a scalar"]),
    "blocks": (Q, [zeros(F, 2, 5), zeros(F, 2, 2)], {"block_size": 2}, ["[2, 2]", "expected [2, 3]", "blocks of 2"]),
    "block size": (DQ, [zeros(S, 2, 4), zeros(F, 2, 2)], {"block_size": -2}, ["'block_size' is -2", "positive"]),
    "zero point's type": (DQ, [zeros(U, 2, 3), zeros(F), zeros(S)], {}, ["input 2 is int8", "uint8"]),
    "zero point's shape": (DQ, [zeros(U, 2, 3), zeros(F, 3), zeros(U)], {}, ["zero point", "expected", "[3]"]),
    "output type": (Q, [zeros(F, 2), zeros(F), zeros(S)], {"output_dtype": 2}, ["int8", "expected, uint8"]),
    "unknown type": (Q, [zeros(F, 2), zeros(F)], {"output_dtype": 99}, ["'output_dtype'", "99"]),
    "wide type": (Q, [zeros(F, 2), zeros(F)], {"output_dtype": 7}, ["int64", "expected int8, uint8"]),
    "precision": (Q, [zeros(F, 2), zeros(F)], {"precision": 11}, ["float64", "expected float32"]),
    "double": (Q, [zeros(np.float64, 2), zeros(F)], {}, ["float64", "expected float32"]),
    "long": (DQ, [zeros(np.int64, 2), zeros(F)], {}, ["int64", "expected int8"]),
    "inner sizes": ("MatMulInteger", [zeros(U, 2, 3), zeros(U, 4, 5)], {}, ["[2, 3]", "[4, 5]"]),
    "left zero point": ("MatMulInteger", [zeros(U, 2, 3), zeros(U, 3, 5), zeros(U, 3)], {}, ["input 2 has shape [3]"]),
    "right zero point": ("MatMulInteger", [zeros(U, 2, 3), zeros(U, 3, 5), zeros(U), zeros(S)], {},
                         ["zero point of input 1 is int8", "expected uint8"]),
    "scalar": ("MatMulInteger", [zeros(U), zeros(U, 3, 5)], {}, ["must not be scalars"]),
    "floats": ("MatMulInteger", [zeros(F, 2, 3), zeros(U, 3, 5)], {}, ["input 0 is float32", "int8 or uint8"]),
    "channels": ("ConvInteger", [zeros(U, 1, 2, 5, 5), zeros(U, 4, 3, 3, 3)], {}, ["2 channels", "expected 3"]),
    "groups": ("ConvInteger", [zeros(U, 1, 2, 5, 5), zeros(U, 4, 1, 3, 3)], {"group": 3}, ["3 groups"]),
    "input's zero point": ("ConvInteger", [zeros(U, 1, 2, 5), zeros(U, 4, 2, 3), zeros(U, 2)], {}, ["input 2", "[2]"]),
    "weights' zero point": ("ConvInteger", [zeros(U, 1, 2, 5), zeros(U, 4, 2, 3), zeros(U), zeros(U, 3)], {},
                            ["input 3 has shape [3]", "axis 0"]),
    "bias": ("QLinearConv", [zeros(U, 1, 2, 5), zeros(F), zeros(U), zeros(U, 4, 2, 3), zeros(F), zeros(U), zeros(F),
                             zeros(U), zeros(I, 3)], {}, ["bias has shape [3]", "expected [4]"]),
    "weights' scale": ("QLinearConv", [zeros(U, 1, 2, 5), zeros(F), zeros(U), zeros(U, 4, 2, 3), zeros(F, 3), zeros(U),
                                       zeros(F), zeros(U)], {}, ["input 4 has shape [3]", "axis 1"]),
    "columns": ("DynamicQuantizeMatMul", [zeros(F, 2, 3), zeros(S, 3, 5), zeros(F, 4)], {}, ["input 2 has shape [4]"]),
    "bias of columns": ("DynamicQuantizeMatMul", [zeros(F, 2, 3), zeros(S, 3, 5), zeros(F), None, zeros(F, 4)], {},
                        ["[4]", "[2, 5]"]),
    "no scale": ("MatMulIntegerToFloat", [zeros(U, 2, 3), zeros(S, 3, 5), zeros(F)], {}, ["input 3 is missing"]),
    "LSTM without scales": ("DynamicQuantizeLSTM", LSTM, {"hidden_size": 2}, ["input 8 is missing"]),
    "LSTM's scale": ("DynamicQuantizeLSTM", [*LSTM, zeros(F, 2), zeros(S, 1), zeros(F, 1), zeros(S, 1)],
                     {"hidden_size": 2}, ["input 8 has shape [2]"]),
    "LSTM's zero point": ("DynamicQuantizeLSTM", [*LSTM, zeros(F, 1), zeros(U, 1), zeros(F, 1), zeros(S, 1)],
                          {"hidden_size": 2}, ["zero point of input 1 is uint8", "expected int8"]),
    "LSTM's sizes": ("DynamicQuantizeLSTM", [*LSTM, zeros(F, 1), zeros(S, 1), zeros(F, 1), zeros(S, 1)],
                     {"hidden_size": 3}, ["W has shape", "hidden_size"]),
    "layout": ("QLinearAveragePool", [zeros(U, 1, 2, 4, 4), zeros(F), zeros(U), zeros(F), zeros(U)],
               {"kernel_shape": [2, 2], "channels_last": 1}, ["'channels_last' is 1", "expected 0"]),
    "broadcast": ("QLinearAdd", [zeros(U, 2), zeros(F), zeros(U), zeros(U, 3), zeros(F), zeros(U), zeros(F), zeros(U)],
                  {}, ["[2]", "[3]"]),
    "fused sizes": ("FusedMatMul", [zeros(F, 2, 3), zeros(F, 4, 3)], {"transA": 1, "transB": 1}, ["inner sizes differ"]),
}


def build(operator: str, arrays: Sequence[Any], attributes: Dict[str, Any], constant: Sequence[int]) -> bytes:
    names = ["" if array is None else f"x{index}" for index, array in enumerate(arrays)]
    values = [(index, name, array) for index, (name, array) in enumerate(zip(names, arrays)) if name]
    standard = operator in (Q, DQ, "MatMulInteger", "ConvInteger", "QLinearConv")
    graph = helper.make_graph(
        [helper.make_node(operator, names, ["y"], name="here", domain="" if standard else MICROSOFT, **attributes)],
        "graph",
        [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
         for index, name, array in values if index not in constant],
        [helper.make_tensor_value_info("y", 0, None)],
        [numpy_helper.from_array(array, name) for index, name, array in values if index in constant])
    opsets = [helper.make_opsetid("", 23), helper.make_opsetid(MICROSOFT, 1)]
    content: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=10).SerializeToString()
    return content


def run(content: bytes, inputs: Dict[str, np.ndarray]) -> None:
    with crnn.Model(content) as model:
        model.run(inputs)


@pytest.mark.parametrize("stored", [False, True], ids=["inputs", "stored"])
@pytest.mark.parametrize("case", REFUSED)
def test_refusals_say_what_was_expected(case: str, stored: bool, in_child: Any) -> None:
    """With the parameters as inputs, and stored in the model, where they are prepared when it is opened."""
    operator, arrays, attributes, parts = REFUSED[case]
    constant: List[int] = list(range(1, len(arrays))) if stored else []
    inputs = {f"x{index}": array for index, array in enumerate(arrays) if array is not None and index not in constant}
    kind, _, message = in_child(run, build(operator, arrays, attributes, constant), inputs)
    assert kind in ("UnsupportedError", "InvalidModelError", "InvalidInputError"), message
    for part in ["here", *parts]:
        assert part in message, message
