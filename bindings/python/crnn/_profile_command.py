"""python -m crnn profile MODEL: runs a model on random inputs and prints what its steps took."""

from __future__ import annotations

import argparse
import sys
from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np

from ._errors import Error
from ._model import Model
from ._tensors import TensorSpec

DESCRIPTION = """\
Runs a model on random inputs and prints what its steps took, the slowest first:
milliseconds a run, calls, GFLOP/s, GB/s, the algorithm and the node."""


def shape(text: str) -> Tuple[str, Tuple[int, ...]]:
    """NAME=1x1x32x100 or, for the first input, 1x1x32x100."""
    name, _, sizes = text.rpartition("=")
    try:
        numbers = tuple(int(size) for size in sizes.split("x")) if sizes else ()
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not like 1x1x32x100 or name=1x1x32x100") from None
    if any(number < 0 for number in numbers):
        raise argparse.ArgumentTypeError(f"'{text}' has a negative size")
    return name, numbers


def arguments(values: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m crnn profile", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="the model, .onnx or .crnn")
    parser.add_argument("--shape", type=shape, nargs="+", default=[], metavar="SHAPE",
                        help="input shapes, 1x1x32x100 or name=1x1x32x100; needed where the model leaves sizes open")
    parser.add_argument("--runs", type=int, default=10, metavar="N", help="runs after one to warm up (default: 10)")
    parser.add_argument("--threads", type=int, default=1, metavar="N",
                        help="threads to compute with; -1 for every processor (default: 1)")
    options = parser.parse_args(values)
    if options.runs < 1:
        parser.error("--runs must be at least 1")
    return options


def random_input(spec: TensorSpec, sizes: Optional[Tuple[int, ...]]) -> np.ndarray:
    """Floats from -1 to 1; zeros of other types."""
    declared = spec.shape
    if sizes is None:
        if declared is None or None in declared:
            raise ValueError(f"input '{spec.name}' has open sizes, {declared}: give them with --shape {spec.name}=…")
        sizes = tuple(size for size in declared if size is not None)
    dtype = np.dtype(np.float32) if spec.dtype is None else spec.dtype
    if dtype.kind == "f":
        return np.random.default_rng(0).uniform(-1, 1, sizes).astype(dtype)
    return np.zeros(sizes, dtype)


def inputs(model: Model, shapes: Sequence[Tuple[str, Tuple[int, ...]]]) -> Dict[str, np.ndarray]:
    given = {name or model.inputs[0].name: sizes for name, sizes in shapes}
    unknown = set(given) - {spec.name for spec in model.inputs}
    if unknown:
        raise ValueError(f"the model has no input '{sorted(unknown)[0]}'")
    return {spec.name: random_input(spec, given.get(spec.name)) for spec in model.inputs}


def main(values: List[str]) -> int:
    options = arguments(values)
    try:
        model = Model(options.model)
        given = inputs(model, options.shape)
        session = model.session(threads=options.threads, profile=True)
        session.run(given)
        session.reset_profile()
        for _ in range(options.runs):
            session.run(given)
    except (Error, ValueError) as error:
        print(f"crnn: {error}", file=sys.stderr)
        return 1
    print(session.profile.per_run(options.runs))
    return 0
