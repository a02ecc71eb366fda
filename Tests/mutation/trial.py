"""What the library does with one file: opened, run on small inputs, saved."""

from __future__ import annotations

import os
import random
import time
from dataclasses import dataclass
from typing import Dict, Optional

import numpy as np

import crnn

SECONDS = 1.0
MEMORY = 1 << 30
# What models and sessions are given of it.
MEMORY_LIMIT = 1 << 28
LOOP_LIMIT = 1000
# Inputs as large as a hostile file declares them are the caller's to refuse.
INPUT_ELEMENTS = 1 << 20


@dataclass(frozen=True)
class Trial:
    #: "runs", or where it ended and with which error.
    outcome: str
    #: What must not be; empty where all is well.
    fault: str = ""


def attempt(data: bytes, path: str, chooser: random.Random) -> Trial:
    """Opens a file's bytes, from memory or from a file, and runs what they hold."""
    _forget_peak()
    before, started = _memory("VmRSS"), time.process_time()
    try:
        outcome = _outcome(data, path, chooser)
    except Exception as error:  # The package's own fault.
        return Trial("fault", f"{type(error).__name__}: {error}")
    seconds, peak = time.process_time() - started, _memory("VmHWM") - before
    if seconds > SECONDS:
        return Trial(outcome, f"{outcome}, after {seconds:.1f} s")
    if peak > MEMORY:
        return Trial(outcome, f"{outcome}, with {peak >> 20} MB")
    return Trial(outcome)


def _outcome(data: bytes, path: str, chooser: random.Random) -> str:
    from_file = chooser.random() < 0.3
    if from_file:
        with open(path, "wb") as file:
            file.write(data)
    try:
        model = crnn.Model(path if from_file else data, memory_limit=MEMORY_LIMIT)
    except crnn.Error as error:
        return f"refused: {type(error).__name__}"
    with model:
        inputs = _inputs(model, chooser)
        if inputs is None:
            return "opens; its inputs are too large"
        try:
            with model.session(loop_limit=LOOP_LIMIT, memory_limit=MEMORY_LIMIT) as session:
                session.run(inputs)
                session.run(inputs)
        except crnn.Error as error:
            return f"opens, does not run: {type(error).__name__}"
        try:
            model.save(path + ".saved")
        except crnn.Error as error:
            return f"runs, is not saved: {type(error).__name__}"
    return "runs"


def _inputs(model: crnn.Model, chooser: random.Random) -> Optional[Dict[str, np.ndarray]]:
    result = {}
    for spec in model.inputs:
        shape = [chooser.choice((1, 1, 2, 3, 8)) if extent is None else extent for extent in spec.shape or ()]
        if np.prod([float(extent) for extent in shape if extent]) > INPUT_ELEMENTS:
            return None
        numbers = np.random.default_rng(chooser.randrange(1 << 30)).standard_normal(shape)
        result[spec.name] = numbers.astype(spec.dtype)
    return result


def _forget_peak() -> None:
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def _memory(field: str) -> int:
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(field + ":"):
                return int(line.split()[1]) << 10
    raise OSError(f"/proc/self/status has no {field}")
