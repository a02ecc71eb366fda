"""Golden files: inputs and expected outputs of a model, as in_NAME and out_NAME of an .npz."""

from __future__ import annotations

import pathlib
from typing import Dict, List, Mapping

import numpy as np

import crnn

TOLERANCE = 1e-4


class Golden:
    """One of a model's golden files."""

    def __init__(self, path: pathlib.Path) -> None:
        with np.load(path) as arrays:
            self.path = path
            self.inputs = {name[3:]: arrays[name] for name in arrays.files if name.startswith("in_")}
            self.outputs = {name[4:]: arrays[name] for name in arrays.files if name.startswith("out_")}
            self.tolerance = float(arrays["tolerance"]) if "tolerance" in arrays.files else TOLERANCE

    def check(self, actual: Mapping[str, np.ndarray]) -> None:
        for name, expected in self.outputs.items():
            difference = largest_difference(expected, actual[name])
            assert difference <= self.tolerance, (
                f"{self.path.name}, output '{name}': {actual[name].dtype}{list(actual[name].shape)} differs by "
                f"{difference:.2e} from {expected.dtype}{list(expected.shape)}"
            )


def of_model(model: pathlib.Path, infix: str) -> List[Golden]:
    """The golden files NAME.npz and NAME.<infix>N.npz of NAME.onnx."""
    paths = [*model.parent.glob(f"{model.stem}.npz"), *sorted(model.parent.glob(f"{model.stem}.{infix}*.npz"))]
    return [Golden(path) for path in paths]


def largest_difference(expected: np.ndarray, actual: np.ndarray) -> float:
    """Absolute, or relative to the largest expected element; infinite where shape, type or a whole number differs."""
    if expected.shape != actual.shape or expected.dtype != actual.dtype:
        return float("inf")
    if np.array_equal(expected, actual, equal_nan=expected.dtype.kind == "f"):
        return 0.0
    finite = np.isfinite(expected) if expected.dtype.kind == "f" else np.zeros(expected.shape, bool)
    if not np.array_equal(expected[~finite], actual[~finite], equal_nan=expected.dtype.kind == "f"):
        return float("inf")
    wanted, found = expected[finite].astype(np.float64), actual[finite].astype(np.float64)
    return float(np.abs(wanted - found).max() / max(1.0, np.abs(wanted).max()))


def check_both_files(path: pathlib.Path, files: List[Golden], folder: pathlib.Path) -> None:
    """A model matches its goldens from its ONNX file and from a native one, and both bit for bit."""
    assert files, f"{path.name} has no golden file"
    native_path = folder / f"{path.stem}.crnn"
    with crnn.Model(path) as model:
        model.save(native_path)
        first: List[Dict[str, np.ndarray]] = [model.run(golden.inputs) for golden in files]
    for golden, outputs in zip(files, first):
        golden.check(outputs)
    with crnn.Model(native_path) as native:
        for golden, outputs in zip(files, first):
            again = native.run(golden.inputs)
            assert list(again) == list(outputs)
            for name in outputs:
                assert again[name].tobytes() == outputs[name].tobytes(), f"{golden.path.name}, output '{name}'"
