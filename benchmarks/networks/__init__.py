"""The networks that are measured, one file each; every one is made by this project, with random weights."""

from __future__ import annotations

import pathlib
from typing import Callable

import onnx

from .mobilenet import mobilenet
from .resnet import resnet
from .speech import speech
from .streaming import streaming
from .vgg import vgg

NETWORKS: dict[str, Callable[[], onnx.ModelProto]] = {
    "vgg_bilstm": lambda: vgg("LSTM"),
    "vgg_bigru": lambda: vgg("GRU"),
    "mobilenet_reader": mobilenet,
    "resnet_reader": resnet,
    "speech": speech,
    "streaming_step": streaming,
}


def network(name: str, folder: pathlib.Path) -> pathlib.Path:
    """The network's file in `folder`, written when it is missing or older than the code here."""
    path = folder / f"{name}.onnx"
    newest = max(source.stat().st_mtime for source in pathlib.Path(__file__).parent.glob("*.py"))
    if not path.exists() or path.stat().st_mtime < newest:
        folder.mkdir(parents=True, exist_ok=True)
        onnx.save(NETWORKS[name](), path)
    return path
