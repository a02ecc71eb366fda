"""Runs any model on random inputs: names, types and shapes of what goes in and what comes out, and the time it takes.

    python examples/python/run_model.py MODEL [--extent N] [--threads N] [--runs N]
"""

import argparse
import statistics
import sys
import time

import numpy as np

import crnn


def random_array(spec: crnn.TensorSpec, extent: int, generator: np.random.Generator) -> np.ndarray:
    """An array as the model declares it, with `extent` for every dimension that it leaves open; a batch is 1."""
    shape = [extent if size is None else size for size in spec.shape or ()]
    if spec.shape and spec.shape[0] is None:
        shape[0] = 1
    dtype = np.dtype(np.float32) if spec.dtype is None else spec.dtype
    if np.issubdtype(dtype, np.floating):
        return generator.random(shape).astype(dtype)
    return generator.integers(0, 2, shape).astype(dtype)


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs a model on random inputs.")
    parser.add_argument("model")
    parser.add_argument("--extent", type=int, default=100, help="for dimensions that the model leaves open (100)")
    parser.add_argument("--threads", type=int, default=1, help="-1: all processors (1)")
    parser.add_argument("--runs", type=int, default=20, help="to take the time of (20)")
    options = parser.parse_args()

    try:
        model = crnn.Model(options.model)
        session = model.session(threads=options.threads)
        generator = np.random.default_rng(0)
        inputs = {spec.name: random_array(spec, options.extent, generator) for spec in model.inputs}
        outputs = session.run(inputs)
        durations = []
        for _ in range(options.runs):
            start = time.perf_counter()
            session.run(inputs)
            durations.append(time.perf_counter() - start)
    except crnn.Error as error:
        print(f"run_model.py: {error}", file=sys.stderr)
        return 1

    print(f"crnn {crnn.version()}, {crnn.instruction_set()}, {model.info.parameter_count:,} parameters")
    for title, arrays in (("in", inputs), ("out", outputs)):
        for name, array in arrays.items():
            print(f"{title:>4} {name}: {array.dtype} {list(array.shape)}")
    if durations:
        print(f"{1000 * statistics.median(durations):.3f} ms a run (median of {len(durations)})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
