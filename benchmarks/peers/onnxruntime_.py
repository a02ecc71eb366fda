"""ONNX Runtime, whose results are the reference. Inputs and outputs are bound."""

from __future__ import annotations

import pathlib
from typing import Sequence

import numpy as np

from .base import Inputs, Peer, Runner


class OnnxRuntimeRunner(Runner):
    def __init__(self, model: pathlib.Path, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Its threads would spin on while the next runtime is measured.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    def bind(self, inputs: Inputs) -> None:
        self._binding = self._session.io_binding()
        for name, array in inputs.items():
            self._binding.bind_cpu_input(name, array)
        for output in self._session.get_outputs():
            self._binding.bind_output(output.name)

    def run(self) -> None:
        self._session.run_with_iobinding(self._binding)

    def outputs(self) -> Sequence[np.ndarray]:
        return self._binding.copy_outputs_to_cpu()


class OnnxRuntime(Peer):
    name = "onnxruntime"
    packages = ("onnxruntime",)

    def import_runtime(self) -> None:
        import onnxruntime  # noqa: F401

    def version(self) -> str:
        import onnxruntime

        return onnxruntime.__version__

    def load(self, model: pathlib.Path, threads: int, inputs: Inputs, fixed: bool) -> Runner:
        return OnnxRuntimeRunner(model, threads)
