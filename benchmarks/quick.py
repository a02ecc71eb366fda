"""Times crnn beside ONNX Runtime, one thread each, on one core.

    python benchmarks/quick.py build/benchmarks/vgg_bilstm.onnx
    python benchmarks/quick.py model.onnx --shape 1x1x32x100 8x1x32x320 --rounds 50

For each input shape both run the same random image in alternating rounds, so that
whatever disturbs the machine disturbs both. Printed: the medians in milliseconds,
the ratio crnn / ONNX Runtime (below 1, crnn is the faster) and the greatest
difference of the results. Needs onnxruntime, and crnn as `import crnn` or in
bindings/python of this checkout.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import statistics
import sys
import time
from typing import Callable

import numpy as np
import onnxruntime

try:
    import crnn
except ImportError:
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bindings" / "python"))
    import crnn

SHAPES = ("1x1x32x100", "1x1x32x320", "8x1x32x320")

Inputs = dict[str, np.ndarray]
Run = Callable[[Inputs], np.ndarray]


def parse_shape(text: str) -> tuple[int, ...]:
    return tuple(int(size) for size in text.split("x"))


def run_of_crnn(path: pathlib.Path) -> Run:
    """Runs the model's first output with crnn."""
    model = crnn.Model(path)
    output = model.outputs[0].name
    session = model.session(threads=1)
    return lambda inputs: session.run(inputs)[output]


def session_of_onnxruntime(path: pathlib.Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def milliseconds(run: Run, inputs: Inputs) -> float:
    start = time.perf_counter()
    run(inputs)
    return 1e3 * (time.perf_counter() - start)


def compare(ours: Run, theirs: Run, inputs: Inputs, rounds: int) -> tuple[float, float, float]:
    """Medians of both, and the greatest difference of their results."""
    difference = float(np.abs(ours(inputs) - theirs(inputs)).max())
    for _ in range(2):
        ours(inputs), theirs(inputs)
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds):
        for which in ((0, 1), (1, 0))[turn % 2]:
            times[which].append(milliseconds((ours, theirs)[which], inputs))
    return statistics.median(times[0]), statistics.median(times[1]), difference


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path, help="an .onnx file with one input")
    parser.add_argument("--ours", type=pathlib.Path, help="what crnn opens instead, a .crnn file say")
    parser.add_argument("--shape", nargs="+", default=SHAPES, help="input shapes, like 1x1x32x100")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--core", type=int, help="the core to use; the last allowed one by default")
    options = parser.parse_args()

    core = max(os.sched_getaffinity(0)) if options.core is None else options.core
    os.sched_setaffinity(0, {core})
    session = session_of_onnxruntime(options.model)
    name = session.get_inputs()[0].name
    output = session.get_outputs()[0].name
    ours = run_of_crnn(options.ours or options.model)

    print(f"{options.model.name}, core {core}, {options.rounds} rounds, "
          f"onnxruntime {onnxruntime.__version__}")
    print(f"{'shape':>14} {'crnn ms':>10} {'ORT ms':>10} {'ratio':>7} {'difference':>11}")
    for shape in options.shape:
        image = np.random.default_rng(0).uniform(-1, 1, parse_shape(shape)).astype(np.float32)
        mine, other, difference = compare(
            ours, lambda inputs: session.run([output], inputs)[0], {name: image}, options.rounds)
        print(f"{shape:>14} {mine:10.3f} {other:10.3f} {mine / other:7.2f} {difference:11.1e}")


if __name__ == "__main__":
    main()
