"""Windows, Fourier transforms and the mel scale."""

from __future__ import annotations

import numpy as np

from ..builder import Builder, Skip
from . import generator


@generator("HannWindow", "HammingWindow", "BlackmanWindow", weight=0.4)
def windows(b: Builder, operator: str) -> None:
    b.node(operator, [b.argument(b.integer(1, 12), b.choose(("int64", "int32")))],
           periodic=b.choose((None, 0, 1)), output_datatype=b.choose((None, 1, 11)))


@generator("DFT", weight=0.7)
def dft(b: Builder, operator: str) -> None:
    dtype = b.type_for("DFT", among=("float32", "float64"))
    one_sided, inverse, last = b.chance(0.3), b.chance(0.3), b.choose((1, 1, 2))
    if one_sided:
        inverse, last = False, 1
    if inverse:
        last = 2
    shape = (b.integer(1, 2), *(b.integer(1, 7) for _ in range(b.integer(1, 2))), last)
    value = b.new(dtype, shape)
    axis = b.integer(1, len(shape) - 2)
    length = b.argument(b.integer(1, 9)) if b.chance(0.3) else None
    attributes = {"onesided": 1 if one_sided else None, "inverse": 1 if inverse else None}
    if b.since("DFT") >= 20:
        if b.chance(0.3):
            axis -= len(shape)
        b.node("DFT", [value, length, b.argument(axis)], **attributes)
    else:
        b.node("DFT", [value, length], axis=axis, **attributes)


@generator("STFT", weight=0.5)
def stft(b: Builder, operator: str) -> None:
    length = b.choose((4, 5, 8))
    signal = b.new(b.type_for("STFT", among=("float32", "float64")), (b.integer(1, 2), b.integer(length, 24), 1))
    dtype = b.values[signal].dtype.name
    framed = b.chance(0.6)
    window = b.weight(b.array(dtype, (length,), 0, 1)) if not framed or b.chance(0.6) else None
    b.node("STFT", [signal, b.argument(b.integer(1, 4)), window, b.argument(length) if framed else None],
           onesided=b.choose((None, 0, 1)))


@generator("MelWeightMatrix", weight=0.3)
def mel(b: Builder, operator: str) -> None:
    bins, length, rate = b.integer(1, 8), b.choose((8, 16, 32)), b.choose((8000, 16000))
    low, high = b.choose((0.0, 20.0, 300.0)), b.choose((0.3, 0.5)) * rate
    b.node(operator, [b.argument(bins), b.argument(length), b.argument(rate), b.argument(low, "float32"),
                      b.argument(high, "float32")])
