"""ncnn, on models that pnnx converts from ONNX for one shape each. It has no batch dimension."""

from __future__ import annotations

import importlib.util
import pathlib
import subprocess
from typing import Sequence

import numpy as np

from .base import Inputs, Peer, Runner, Unable, is_older, shape_suffix


class NcnnRunner(Runner):
    def __init__(self, model: pathlib.Path, threads: int) -> None:
        import ncnn

        self._api = ncnn
        self._net = ncnn.Net()
        options = self._net.opt
        options.num_threads = threads
        for reduced in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_storage",
                        "use_bf16_packed"):
            if hasattr(options, reduced):
                setattr(options, reduced, False)
        if self._net.load_param(str(model)) != 0 or self._net.load_model(str(model.with_suffix(".bin"))) != 0:
            raise Unable("it has not every layer of the converted model")

    def bind(self, inputs: Inputs) -> None:
        self._mats = []
        for position, array in enumerate(inputs.values()):
            if array.dtype != np.float32:
                raise Unable(f"input {position} is {array.dtype}")
            if array.ndim > 1 and array.shape[0] != 1:
                raise Unable("no batch dimension")
            whole = np.ascontiguousarray(array[0] if array.ndim > 1 else array)
            self._mats.append((f"in{position}", self._api.Mat(whole).clone()))

    def run(self) -> None:
        extractor = self._net.create_extractor()
        for name, mat in self._mats:
            extractor.input(name, mat)
        self._results = []
        for name in self._net.output_names():
            status, mat = extractor.extract(name)
            if status != 0:
                raise Unable(f"running it fails at output {name}")
            self._results.append(mat)

    def outputs(self) -> Sequence[np.ndarray]:
        return [np.array(mat) for mat in self._results]


class Ncnn(Peer):
    name = "ncnn"
    packages = ("ncnn", "ncnn.libs")

    def convert(self, model: pathlib.Path, inputs: Inputs) -> pathlib.Path:
        if any(array.ndim > 1 and array.shape[0] != 1 for array in inputs.values()):
            raise Unable("no batch dimension")
        folder = model.with_name(f"{model.stem}.{shape_suffix(inputs)}.ncnn")
        path = folder / "model.param"
        if is_older(path, model):
            folder.mkdir(exist_ok=True)
            # The package's own front end imports PyTorch; the program in it needs nothing.
            package = importlib.util.find_spec("pnnx")
            if package is None or package.origin is None:
                raise Unable("pnnx is not installed")
            shapes = ",".join(f"[{','.join(str(size) for size in array.shape)}]f32" for array in inputs.values())
            subprocess.run(
                [str(pathlib.Path(package.origin).with_name("pnnx")), str(model.resolve()), f"inputshape={shapes}",
                 "fp16=0", "ncnnparam=model.param", "ncnnbin=model.bin", "ncnnpy=ncnn.py", "pnnxparam=pnnx.param",
                 "pnnxbin=pnnx.bin", "pnnxpy=pnnx.py", "pnnxonnx=pnnx.onnx"], cwd=folder, timeout=120)
        if not path.exists():
            raise Unable("its converter, pnnx, refused the model")
        return path

    def import_runtime(self) -> None:
        import ncnn  # noqa: F401

    def version(self) -> str:
        import ncnn

        return ncnn.__version__

    def load(self, model: pathlib.Path, threads: int, inputs: Inputs, fixed: bool) -> Runner:
        if not fixed:
            raise Unable("its converter fixes the shapes")
        return NcnnRunner(model, threads)
