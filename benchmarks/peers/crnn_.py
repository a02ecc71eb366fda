"""crnn itself, through the raw layer of its Python package: one foreign call a run."""

from __future__ import annotations

import ctypes
import pathlib
from typing import Any, Sequence

import numpy as np

from .base import Inputs, Peer, Runner, is_older


class CrnnRunner(Runner):
    def __init__(self, model: pathlib.Path, threads: int) -> None:
        import crnn
        from crnn import _api

        self._model = crnn.Model(model)
        self._session = self._model.session(threads=threads)
        self._api = _api
        self._outputs = (_api.tensor * len(self._model.outputs))()
        self._inputs: Any = ()
        self._arrays: list[np.ndarray] = []

    def bind(self, inputs: Inputs) -> None:
        from crnn._tensors import address, input_type

        self._arrays = [np.ascontiguousarray(array) for array in inputs.values()]
        self._inputs = (self._api.tensor * len(inputs))()
        for tensor, name, array in zip(self._inputs, inputs, self._arrays):
            tensor.name = name.encode()
            tensor.type = input_type(name, array, None)
            tensor.shape = (ctypes.c_int64 * array.ndim)(*array.shape)
            tensor.rank = array.ndim
            tensor.data = address(array)
            tensor.byte_count = array.nbytes

    def run(self) -> None:
        for output in self._outputs:
            output.data = None
        self._api.session_run(
            self._session._handle, self._inputs, len(self._inputs), self._outputs, len(self._outputs))

    def outputs(self) -> Sequence[np.ndarray]:
        from crnn._tensors import OutputViews

        views = OutputViews()
        return [views.copy(output) for output in self._outputs]


class Crnn(Peer):
    name = "crnn"
    ranked = False
    packages = ("crnn",)

    def import_runtime(self) -> None:
        import crnn  # noqa: F401

    def version(self) -> str:
        import crnn

        return f"{crnn.version()} ({crnn.instruction_set()} kernels)"

    def load(self, model: pathlib.Path, threads: int, inputs: Inputs, fixed: bool) -> Runner:
        return CrnnRunner(model, threads)


class CrnnNative(Crnn):
    """From the native format."""

    name = "crnn (.crnn)"

    def convert(self, model: pathlib.Path, inputs: Inputs) -> pathlib.Path:
        import crnn

        path = model.with_suffix(".crnn")
        if is_older(path, model):
            crnn.Model(model).save(path)
        return path


class CrnnAVX2(Crnn):
    """With the kernels for processors without AVX-512."""

    name = "crnn (AVX2)"
    environment = {"CRNN_INSTRUCTION_SET": "avx2"}
    one_thread_only = True
