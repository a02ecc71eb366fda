"""MNN, in full float32 precision."""

from __future__ import annotations

import pathlib
from typing import Sequence

import numpy as np

from .base import Inputs, Peer, Runner, Unable, is_older


class MNNRunner(Runner):
    def __init__(self, model: pathlib.Path, threads: int) -> None:
        import MNN

        self._api = MNN
        self._interpreter = MNN.Interpreter(str(model))
        self._names = names_file(model).read_text().split("\n")
        self._session = self._interpreter.createSession(
            {"backend": "CPU", "numThread": threads, "precision": "high"})

    def bind(self, inputs: Inputs) -> None:
        pairs = []
        for name, array in inputs.items():
            if array.dtype != np.float32:
                raise Unable(f"input {name} is {array.dtype}")
            tensor = self._interpreter.getSessionInput(self._session, name)
            if tensor is None:
                raise Unable(f"the converted model has no input {name}")
            self._interpreter.resizeTensor(tensor, array.shape)
            pairs.append((tensor, array))
        self._interpreter.resizeSession(self._session)
        self._copies = []
        for tensor, array in pairs:
            layout = self._api.Tensor_DimensionType_Caffe
            if tensor.getDimensionType() == self._api.Tensor_DimensionType_Tensorflow:
                layout = self._api.Tensor_DimensionType_Tensorflow
            array = np.ascontiguousarray(array)
            self._copies.append((tensor, self._api.Tensor(array.shape, self._api.Halide_Type_Float, array, layout)))
        for tensor, copy in self._copies:
            tensor.copyFrom(copy)

    def run(self) -> None:
        for tensor, copy in self._copies:
            tensor.copyFrom(copy)
        if self._interpreter.runSession(self._session) != 0:
            raise Unable("runSession failed")

    def outputs(self) -> Sequence[np.ndarray]:
        arrays = []
        for name in self._names:
            tensor = self._interpreter.getSessionOutput(self._session, name)
            host = self._api.Tensor(
                tensor.getShape(), self._api.Halide_Type_Float,
                np.zeros(tensor.getShape(), np.float32), self._api.Tensor_DimensionType_Caffe)
            tensor.copyToHostTensor(host)
            arrays.append(np.array(host.getNumpyData(), copy=True).reshape(tensor.getShape()))
        return arrays


def names_file(model: pathlib.Path) -> pathlib.Path:
    """Holds the names of the outputs in the model's order, which MNN does not keep."""
    return model.with_suffix(".outputs")


class MNN(Peer):
    name = "mnn"
    packages = ("MNN", "mnn.libs", "_mnncengine")

    def convert(self, model: pathlib.Path, inputs: Inputs) -> pathlib.Path:
        # The command mnnconvert would install a package and report the conversion over the network; this does not.
        import _tools

        path = model.with_suffix(".mnn")
        if is_older(path, model):
            _tools.mnnconvert([
                "mnnconvert", "-f", "ONNX", "--modelFile", str(model), "--MNNModel", str(path), "--bizCode", "crnn",
                "--useOriginRNNImpl"])
        if not path.exists():
            raise Unable("its converter refused the model")
        import onnx

        names = [output.name for output in onnx.load(model, load_external_data=False).graph.output]
        names_file(path).write_text("\n".join(names))
        return path

    def import_runtime(self) -> None:
        import MNN  # noqa: F401

    def version(self) -> str:
        import MNN

        return MNN.version()

    def load(self, model: pathlib.Path, threads: int, inputs: Inputs, fixed: bool) -> Runner:
        return MNNRunner(model, threads)
