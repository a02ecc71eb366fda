"""Convolution and pooling."""

from __future__ import annotations

from typing import List, Tuple

import numpy as np

from ..builder import Builder, Skip
from . import generator


def images(b: Builder, operator: str) -> str:
    """A value [N, C, spatial…] that is not empty and not too small."""
    dtype = b.type_for(operator)
    spatial = b.choose((1, 2, 2, 2, 3))

    def test(array: np.ndarray) -> bool:
        return array.ndim == 2 + spatial and array.size > 0

    if b.chance(0.5):
        fitting = [n for n in b.computed if b.values[n].dtype.name == dtype and test(b.values[n])]
        if fitting:
            return fitting[-1]
    high = {1: 14, 2: 9, 3: 5}[spatial]
    shape = (b.integer(1, 2), b.choose((1, 2, 3, 4, 6, 8)), *(b.integer(1, high) for _ in range(spatial)))
    return b.leaf(b.array(dtype, shape), ("input", "input", "input", "initializer"))


def window(b: Builder, extents: Tuple[int, ...], dilates: bool = True, kernel=None) -> dict:
    """Kernel, strides, dilations and pads that fit."""
    rank = len(extents)
    kernel = kernel or [b.integer(1, 3) for _ in extents]
    result: dict = {"kernel_shape": kernel}
    dilations = [1] * rank
    if dilates and b.chance(0.3):
        dilations = [b.integer(1, 2) for _ in extents]
        result["dilations"] = dilations
    if b.chance(0.5):
        result["strides"] = [b.integer(1, 3) for _ in extents]
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    mode = b.choose(("pads", "pads", "pads", "none", "SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"))
    if mode == "pads":
        result["pads"] = [b.integer(0, k - 1) if k > 1 else 0 for k in kernel] + [
            b.integer(0, k - 1) if k > 1 else 0 for k in kernel]
    elif mode != "none":
        result["auto_pad"] = mode
    if not mode.startswith("SAME"):
        pads = result.get("pads", [0] * (2 * rank))
        if any(e + pads[i] + pads[rank + i] < s for i, (e, s) in enumerate(zip(extents, spans))):
            raise Skip
    return result


def _weights(b: Builder, dtype: str, shape: Tuple[int, ...]) -> str:
    return b.weight(b.array(dtype, shape, -1, 1))


@generator("Conv", weight=3)
def convolution(b: Builder, operator: str) -> None:
    value = images(b, operator)
    array = b.values[value]
    channels, extents = array.shape[1], array.shape[2:]
    groups = b.choose([g for g in (1, 1, 1, 2, 3, 4, 6, 8) if channels % g == 0] + [channels])
    filters = groups * b.choose((1, 1, 2, 3, 5))
    attributes = window(b, extents)
    kernel = attributes["kernel_shape"]
    if b.chance(0.3):
        del attributes["kernel_shape"]
    if groups != 1 or b.chance(0.2):
        attributes["group"] = groups
    inputs = [value, _weights(b, array.dtype.name, (filters, channels // groups, *kernel))]
    if b.chance(0.6):
        inputs.append(_weights(b, array.dtype.name, (filters,)))
    b.node("Conv", inputs, **attributes)


@generator("ConvTranspose", weight=1.5)
def transposed(b: Builder, operator: str) -> None:
    value = images(b, operator)
    array = b.values[value]
    channels, extents = array.shape[1], array.shape[2:]
    groups = b.choose([g for g in (1, 1, 2, 3) if channels % g == 0])
    attributes = window(b, tuple(max(e, 9) for e in extents))
    kernel = attributes["kernel_shape"]
    strides = attributes.get("strides", [1] * len(extents))
    dilations = attributes.get("dilations", [1] * len(extents))
    if "auto_pad" in attributes and attributes["auto_pad"].startswith("SAME") and b.chance(0.7):
        del attributes["auto_pad"]
    if b.chance(0.3):
        attributes["output_padding"] = [b.integer(0, max(s, d) - 1) for s, d in zip(strides, dilations)]
    elif b.chance(0.15) and "pads" not in attributes:
        attributes["output_shape"] = [max((e - 1) * s + (k - 1) * d + 1 - b.integer(0, 1), 1)
                                      for e, s, k, d in zip(extents, strides, kernel, dilations)]
    if groups != 1 or b.chance(0.2):
        attributes["group"] = groups
    if b.chance(0.3):
        del attributes["kernel_shape"]
    filters = b.choose((1, 2, 3))
    inputs = [value, _weights(b, array.dtype.name, (channels, filters, *kernel))]
    if b.chance(0.6):
        inputs.append(_weights(b, array.dtype.name, (filters * groups,)))
    b.node("ConvTranspose", inputs, **attributes)


@generator("MaxPool", "AveragePool", "LpPool", weight=1.5)
def pooling(b: Builder, operator: str) -> None:
    value = images(b, operator)
    extents = b.values[value].shape[2:]
    version = b.since(operator)
    dilates = version >= {"MaxPool": 10, "AveragePool": 19, "LpPool": 18}[operator]
    attributes = window(b, extents, dilates)
    if version >= {"MaxPool": 10, "AveragePool": 10, "LpPool": 18}[operator] and b.chance(0.35):
        attributes["ceil_mode"] = b.integer(0, 1)
    if operator == "AveragePool" and b.chance(0.4):
        attributes["count_include_pad"] = b.integer(0, 1)
    if operator == "LpPool" and b.chance(0.5):
        attributes["p"] = b.integer(1, 3)
    indices = operator == "MaxPool" and version >= 8 and b.chance(0.25)
    if indices and b.chance(0.3):
        attributes["storage_order"] = b.integer(0, 1)
    b.node(operator, [value], [True, indices], **attributes)


@generator("GlobalMaxPool", "GlobalAveragePool", weight=0.6)
def global_pooling(b: Builder, operator: str) -> None:
    b.node(operator, [images(b, operator)])


THEME: List[str] = ["Conv", "Conv", "Conv", "ConvTranspose", "MaxPool", "AveragePool", "BatchNormalization", "BatchNormalization", "Relu",
                    "LeakyRelu", "Sigmoid", "Tanh", "HardSwish", "Clip", "Elu", "PRelu", "Add", "Mul", "Concat", "Transpose",
                    "Pad", "InstanceNormalization", "GroupNormalization", "GlobalAveragePool", "Resize", "Squeeze",
                    "Split", "Slice", "Gelu", "Softmax", "ReduceMean", "Reshape", "MatMul", "LSTM"]
