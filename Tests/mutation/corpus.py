"""The whole files that mutants are made of."""

from __future__ import annotations

import glob
import os
import random
from dataclasses import dataclass
from typing import List

import crnn

FIXTURES = os.path.join(os.path.dirname(__file__), "..", "fixtures")
# Greater files take time to open, and most of their bytes are weights.
GREATEST = 100_000


@dataclass(frozen=True)
class Sample:
    path: str
    #: "onnx" or "crnn".
    kind: str
    data: bytes


def load(count: int, seed: int = 0) -> List[Sample]:
    """ONNX models of exporters and of single operators, and as many native files made of them."""
    paths = sorted(glob.glob(os.path.join(FIXTURES, "**", "*.onnx"), recursive=True))
    paths = [path for path in paths if os.path.getsize(path) <= GREATEST]
    if not paths:
        raise FileNotFoundError(f"no .onnx files under {FIXTURES}")
    samples = []
    for path in random.Random(seed).sample(paths, min(count, len(paths))):
        with open(path, "rb") as file:
            samples.append(Sample(path, "onnx", file.read()))
        native = _native(path)
        if native:
            samples.append(Sample(path, "crnn", native))
    for path in sorted(glob.glob(os.path.join(FIXTURES, "native", "*.crnn"))):
        with open(path, "rb") as file:
            samples.append(Sample(path, "crnn", file.read()))
    return samples


def _native(path: str) -> bytes:
    target = os.path.join("build", "mutation", "sample.crnn")
    try:
        with crnn.Model(path) as model:
            model.save(target)
    except crnn.Error:
        return b""
    with open(target, "rb") as file:
        return file.read()
