"""Inputs of denormal numbers: networks take as long as for others."""

from __future__ import annotations

import statistics
import time
from typing import Dict, Optional

import numpy as np

import crnn

from . import common

NETWORKS = ("line_lstm_two_ntc", "line_gru_two_ntc", "line_rnn_two_ntc", "residual", "mobile", "speech", "branches")
ROUNDS = 15
ALLOWED = 1.5


def ratio(model: crnn.Model) -> Optional[float]:
    """The median time for denormals over that for ordinary numbers, in turn."""
    session = model.session()
    inputs = [filled(model, value) for value in (0.5, 1e-39)]
    times = [[], []]
    for _ in range(ROUNDS):
        for given, taken in zip(inputs, times):
            began = time.perf_counter()
            session.run(given)
            taken.append(time.perf_counter() - began)
    return statistics.median(times[1]) / statistics.median(times[0])


def filled(model: crnn.Model, value: float) -> Dict[str, np.ndarray]:
    """Open dimensions are 1, the last one 96."""
    arrays = {}
    for spec in model.inputs:
        shape = [96 if size is None and axis == len(spec.shape) - 1 else size or 1
                 for axis, size in enumerate(spec.shape)]
        arrays[spec.name] = np.full(shape, value, spec.dtype)
    return arrays


def ratios(scale: float) -> str:
    paths = [common.READER]
    paths += [common.CHECKOUT / "Tests" / "fixtures" / "networks" / f"{name}_dynamo18.onnx" for name in NETWORKS]
    found = {path.stem: ratio(crnn.Model(path)) for path in paths}
    assert max(found.values()) < ALLOWED, found
    return f"{len(found)} networks take {min(found.values()):.2f} to {max(found.values()):.2f} times as long"
