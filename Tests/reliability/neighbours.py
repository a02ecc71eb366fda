"""The library in one process with those that its users have beside it, loaded in several orders:
`python -m reliability.neighbours`."""

from __future__ import annotations

import importlib
import itertools
import subprocess
import sys
from typing import Sequence, Tuple

import numpy as np

PACKAGES = ("crnn", "onnxruntime", "torch", "tensorflow", "onnx")


def orders() -> "list[Tuple[str, ...]]":
    """All orders of the first three; the library at each place among all."""
    found = list(itertools.permutations(PACKAGES[:3]))
    others = PACKAGES[1:]
    found += [others[:place] + ("crnn",) + others[place:] for place in range(len(PACKAGES))]
    found += [tuple(reversed(PACKAGES))]
    return found


def use(packages: Sequence[str]) -> None:
    """Imports the packages in this order, and computes something with each, the library first and last."""
    for name in packages:
        importlib.import_module(name)
    from . import common

    (line,) = common.lines(8, 1)
    loaded = sys.modules
    session = loaded["crnn"].Model(common.READER).session(threads=2)
    first = common.result(session, line)
    if "onnxruntime" in packages:
        other = loaded["onnxruntime"].InferenceSession(common.READER, providers=["CPUExecutionProvider"])
        expected = other.run(None, line)[0]
        assert np.abs(expected - np.frombuffer(first, np.float32).reshape(expected.shape)).max() < 1e-3
    if "torch" in packages:
        torch = loaded["torch"]
        torch.nn.LSTM(8, 8)(torch.zeros(4, 1, 8))[0].sum().backward()
    if "tensorflow" in packages:
        tensorflow = loaded["tensorflow"]
        tensorflow.keras.layers.LSTM(8)(tensorflow.zeros((1, 4, 8)))
    if "onnx" in packages:
        loaded["onnx"].checker.check_model(loaded["onnx"].load(common.READER))
    assert common.result(session, line) == first, "another result after the others' work"


def main() -> int:
    failed = 0
    for packages in orders():
        code = f"from reliability.neighbours import use; use({packages!r})"
        child = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
        passed = child.returncode == 0
        failed += not passed
        print(f"{'ok     ' if passed else 'FAILED '} {', '.join(packages)}", flush=True)
        if not passed:
            print(f"exit status {child.returncode}\n{child.stderr[-2000:]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
