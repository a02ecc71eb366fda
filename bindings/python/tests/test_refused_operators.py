"""Rare operators refuse what they cannot run: bad attributes when a model is opened, bad inputs when it runs."""

from __future__ import annotations

from typing import Any, Dict, List

import numpy as np
import pytest
from onnx import helper

import crnn
import small_models

F = np.float32


def number(value: Any, kind: Any = np.int64) -> np.ndarray:
    return np.array(value, kind)


def zeros(*shape: int) -> np.ndarray:
    return np.zeros(shape, F)


def run(operator: str, inputs: List[Any], attributes: Dict[str, Any], opset: int) -> None:
    """Runs a model of one node; None stands for an input that is left out."""
    names = ["" if value is None else f"x{index}" for index, value in enumerate(inputs)]
    node = helper.make_node(operator, names, ["y"], name="it", **attributes)
    infos = [small_models.value(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
             for name, value in zip(names, inputs) if name]
    content = small_models.model([node], infos, [small_models.value("y", 1, None)], opset=opset)
    with crnn.Model(content) as model:
        model.run({name: value for name, value in zip(names, inputs) if name})


CASES = [
    ("HannWindow", [number(0)], {}, 17, "the size is 0, expected 1 or more"),
    ("HannWindow", [number([1, 2])], {}, 17, "the size has shape [2], expected one number"),
    ("HannWindow", [number(4)], {"output_datatype": 9}, 17, "'output_datatype' is bool"),
    ("MelWeightMatrix", [number(4), number(0), number(8000), number(0, F), number(4000, F)], {}, 17, "not possible"),
    ("DFT", [zeros(2, 4, 3)], {}, 20, "[2, 4, 3], expected real or complex signals"),
    ("DFT", [zeros(2, 4, 2)], {"onesided": 1}, 20, "expected real signals"),
    ("DFT", [zeros(2, 4, 1), number(0)], {}, 20, "length 0"),
    ("DFT", [zeros(2, 4, 1), None, number(2)], {}, 20, "axis 2 is that of real and imaginary parts"),
    ("DFT", [zeros(2, 4, 1)], {"axis": 3}, 17, "axis 3 is out of range"),
    ("STFT", [zeros(1, 8, 1), number(0), zeros(4)], {}, 17, "a step of 0"),
    ("STFT", [zeros(1, 8, 1), number(2), zeros(9)], {}, 17, "frames of 9"),
    ("STFT", [zeros(1, 8, 1), number(2), zeros(4), number(5)], {}, 17, "frames of 5"),
    ("Einsum", [zeros(2, 3)], {}, 17, "'equation' is missing"),
    ("Einsum", [zeros(2, 3)], {"equation": "ij->ik"}, 17, "'ij->ik' is not valid"),
    ("Einsum", [zeros(2, 3)], {"equation": "ij->ii"}, 17, "not valid"),
    ("Einsum", [zeros(2, 3)], {"equation": "i1"}, 17, "not valid"),
    ("Einsum", [zeros(2, 3)], {"equation": "i..j"}, 17, "not valid"),
    ("Einsum", [zeros(2, 3)], {"equation": "...i->i"}, 17, "not valid"),
    ("Einsum", [zeros(2, 3)], {"equation": "ijk"}, 17, "an input has rank 2"),
    ("Einsum", [zeros(2, 3)], {"equation": "...ijk"}, 17, "an input has rank 2"),
    ("Einsum", [zeros(2, 3)], {"equation": "ii"}, 17, "axes of sizes 2 and 3 have the same label"),
    ("Einsum", [zeros(2, 3)], {"equation": "ij,jk"}, 17, "1 inputs, expected 2"),
    ("Einsum", [zeros(2, 3), zeros(4, 5)], {"equation": "ij,jk"}, 17, "axes of sizes 3 and 4 have the same label"),
    ("RMSNormalization", [zeros(2, 3), zeros(4)], {}, 23, "does not broadcast"),
    ("RMSNormalization", [zeros(2, 3), zeros(3)], {"axis": 2}, 23, "axis 2 is out of range"),
    ("LpNormalization", [zeros(2, 3)], {"p": 3}, 22, "'p' is 3, expected 1 or 2"),
    ("LpNormalization", [zeros(2, 3)], {"axis": 2}, 22, "axis 2 is out of range"),
    ("MeanVarianceNormalization", [zeros(2, 3)], {}, 13, "axis 2 is out of range"),
    ("LRN", [zeros(2, 3, 4)], {"size": 0}, 13, "'size' is missing or not positive"),
    ("LRN", [zeros(2)], {"size": 1}, 13, "expected rank"),
    ("Hardmax", [zeros(2, 3)], {"axis": 2}, 13, "axis 2 is out of range"),
    ("Hardmax", [zeros(2, 3)], {"axis": 3}, 11, "axis 3 is out of range"),
    ("LpPool", [zeros(1, 1, 4)], {"kernel_shape": [2], "p": 0}, 18, "'p' is not positive"),
    ("LpPool", [zeros(1, 1, 4)], {}, 18, "'kernel_shape' is missing"),
    ("GroupNormalization", [zeros(1, 4, 2), zeros(2), zeros(2)], {"num_groups": 2}, 21, "expected [4]"),
    ("EyeLike", [zeros(2, 3, 4)], {}, 22, "expected rank 2"),
    ("EyeLike", [zeros(2, 3)], {"dtype": 99}, 22, "element type 99"),
    ("ReverseSequence", [zeros(3, 2), number([1, 4])], {}, 10, "length 4 is out of range for 3 time steps"),
    ("ReverseSequence", [zeros(3, 2), number([1, -1])], {}, 10, "length -1 is out of range"),
    ("ReverseSequence", [zeros(3, 2), number([1, 2, 3])], {}, 10, "expected [2]"),
    ("ReverseSequence", [zeros(3, 2), number([1, 2])], {"batch_axis": 0}, 10, "batch_axis is 0 and time_axis 0"),
    ("SpaceToDepth", [zeros(1, 1, 2, 2)], {"blocksize": 2, "mode": "XYZ"}, 28, "'mode' is 'XYZ'"),
    ("Relu", [zeros(2)], {}, 29, "opset 29 is newer than 28"),
]


@pytest.mark.parametrize("operator, inputs, attributes, opset, message", CASES,
                         ids=[f"{case[0]}-{index}" for index, case in enumerate(CASES)])
def test_refused(operator: str, inputs: List[Any], attributes: Dict[str, Any], opset: int, message: str) -> None:
    with pytest.raises(crnn.Error) as caught:
        run(operator, inputs, attributes, opset)
    assert message in str(caught.value)
    assert "it" in str(caught.value)
