"""Memory that runs out while a network of many nodes is opened, planned and run."""

from __future__ import annotations

import os
import pathlib
import subprocess
import tempfile

import onnx
from onnx import helper

from . import common

NODES = 30_000
PLACES = 24


def refused(scale: float) -> str:
    count = max(1_000, int(NODES * scale))
    kinds = ("Relu", "Sigmoid", "Tanh")
    nodes = [helper.make_node(kinds[index % 3], [f"value{index}"], [f"value{index + 1}"]) for index in range(count)]
    graph = helper.make_graph(
        nodes, "chain", [helper.make_tensor_value_info("value0", onnx.TensorProto.FLOAT, [1, 1, 8, None])],
        [helper.make_tensor_value_info(f"value{count}", onnx.TensorProto.FLOAT, None)])
    with tempfile.TemporaryDirectory() as folder:
        path, program = pathlib.Path(folder, "chain.onnx"), pathlib.Path(folder, "memory")
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), path)
        library = os.environ["CRNN_LIBRARY"]
        tests = common.CHECKOUT / "Tests" / "c"
        subprocess.run(["cc", "-std=c99", "-Wall", "-Werror", f"-I{common.CHECKOUT / 'include'}", f"-I{tests}",
                        pathlib.Path(__file__).with_suffix(".c"), tests / "heap.c", library, "-o", program], check=True)
        environment = {**os.environ, "LD_LIBRARY_PATH": str(pathlib.Path(library).parent)}
        child = subprocess.run([program, path, str(PLACES)], stdout=subprocess.PIPE, text=True, env=environment)
    assert child.returncode == 0, child.stdout
    return f"{count:,} nodes, {child.stdout.strip()}"
