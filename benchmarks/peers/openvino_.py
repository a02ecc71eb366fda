"""OpenVINO on the CPU, in float32 and in its bfloat16 mode. It is told the inputs' shapes where they stay the same,
which suits it best."""

from __future__ import annotations

import pathlib
from typing import Sequence

import numpy as np

from .base import Inputs, Peer, Runner


class OpenVINORunner(Runner):
    def __init__(self, model: pathlib.Path, threads: int, precision: str, inputs: Inputs, fixed: bool) -> None:
        import openvino

        core = openvino.Core()
        graph = core.read_model(str(model))
        if fixed:
            graph.reshape({name: list(array.shape) for name, array in inputs.items()})
        compiled = core.compile_model(graph, "CPU", {
            "INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False,
        })
        self._count = len(compiled.outputs)
        self._request = compiled.create_infer_request()

    def bind(self, inputs: Inputs) -> None:
        import openvino

        self._arrays = {name: np.ascontiguousarray(array) for name, array in inputs.items()}
        for name, array in self._arrays.items():
            self._request.set_tensor(name, openvino.Tensor(array, shared_memory=True))

    def run(self) -> None:
        self._request.start_async()
        self._request.wait()

    def outputs(self) -> Sequence[np.ndarray]:
        return [self._request.get_output_tensor(index).data.copy() for index in range(self._count)]


class OpenVINO(Peer):
    name = "openvino"
    packages = ("openvino",)
    precision = "f32"

    def import_runtime(self) -> None:
        import openvino  # noqa: F401

    def version(self) -> str:
        import openvino

        return openvino.__version__.split("-")[0]

    def load(self, model: pathlib.Path, threads: int, inputs: Inputs, fixed: bool) -> Runner:
        return OpenVINORunner(model, threads, self.precision, inputs, fixed)


class OpenVINOBF16(OpenVINO):
    """Less exact, and faster where the processor multiplies bfloat16 matrices."""

    name = "openvino (bf16)"
    ranked = False
    precision = "bf16"
