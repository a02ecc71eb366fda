"""What a runtime must be able to do to be measured."""

from __future__ import annotations

import pathlib
from typing import Mapping, Sequence

import numpy as np

Inputs = Mapping[str, np.ndarray]


class Unable(Exception):
    """The runtime cannot do this; the text says why."""


class Runner:
    """A loaded model."""

    def bind(self, inputs: Inputs) -> None:
        """Hands inputs over, so that `run` costs what it costs a C program that works on its own buffers."""
        raise NotImplementedError

    def run(self) -> None:
        raise NotImplementedError

    def outputs(self) -> Sequence[np.ndarray]:
        """Of the last run, in the model's order."""
        raise NotImplementedError


class Peer:
    #: On the command line and in tables.
    name = ""
    #: Whether it computes in float32 with everything that the processor has, and so counts as a rival.
    ranked = True
    #: Variables set before the runtime is loaded.
    environment: Mapping[str, str] = {}
    #: Packages whose shared objects make up the runtime.
    packages: Sequence[str] = ()
    #: Takes part in single-threaded runs only.
    one_thread_only = False

    def convert(self, model: pathlib.Path, inputs: Inputs) -> pathlib.Path:
        """The model in the runtime's own format, for these shapes if it needs them fixed; made once, not timed."""
        return model

    def import_runtime(self) -> None:
        """Loads the runtime itself."""
        raise NotImplementedError

    def version(self) -> str:
        raise NotImplementedError

    def load(self, model: pathlib.Path, threads: int, inputs: Inputs, fixed: bool) -> Runner:
        """`fixed`: every run will have inputs of the shapes of these."""
        raise NotImplementedError


def is_older(path: pathlib.Path, source: pathlib.Path) -> bool:
    """Whether a converted file is missing or older than what it was made from."""
    return not path.exists() or path.stat().st_mtime < source.stat().st_mtime


def shape_suffix(inputs: Inputs) -> str:
    """For names of files that hold for these shapes only."""
    return "_".join("x".join(str(size) for size in array.shape) for array in inputs.values())
