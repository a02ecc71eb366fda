"""OpenCV's dnn module."""

from __future__ import annotations

import pathlib
from typing import Sequence

import numpy as np

from .base import Inputs, Peer, Runner


class OpenCVRunner(Runner):
    def __init__(self, model: pathlib.Path, threads: int) -> None:
        import cv2

        cv2.setNumThreads(threads)
        self._net = cv2.dnn.readNetFromONNX(str(model))
        self._names = list(self._net.getUnconnectedOutLayersNames())

    def bind(self, inputs: Inputs) -> None:
        self._inputs = inputs

    def run(self) -> None:
        for name, array in self._inputs.items():
            self._net.setInput(array, name)
        self._results = self._net.forward(self._names)

    def outputs(self) -> Sequence[np.ndarray]:
        return [np.array(array) for array in self._results]


class OpenCV(Peer):
    name = "opencv"
    packages = ("cv2", "opencv_python_headless.libs")

    def import_runtime(self) -> None:
        import cv2  # noqa: F401

    def version(self) -> str:
        import cv2

        return cv2.__version__

    def load(self, model: pathlib.Path, threads: int, inputs: Inputs, fixed: bool) -> Runner:
        return OpenCVRunner(model, threads)
