"""The runtimes, one file each."""

from __future__ import annotations

from .base import Inputs, Peer, Runner, Unable
from .crnn_ import Crnn, CrnnAVX2, CrnnNative
from .mnn import MNN
from .ncnn_ import Ncnn
from .onnxruntime_ import OnnxRuntime
from .opencv import OpenCV
from .openvino_ import OpenVINO, OpenVINOBF16

OURS = "crnn"
REFERENCE = "onnxruntime"

#: Of the measurements side by side, in the order of the tables.
PEERS: dict[str, Peer] = {
    peer.name: peer for peer in (Crnn(), OnnxRuntime(), OpenVINO(), Ncnn(), MNN(), OpenCV(), OpenVINOBF16(), CrnnAVX2())
}

#: Of the measurements in processes of their own.
STARTERS: dict[str, Peer] = {
    peer.name: peer for peer in (Crnn(), CrnnNative(), OnnxRuntime(), OpenVINO(), Ncnn(), MNN(), OpenCV())
}

ALL = {**PEERS, **STARTERS}

__all__ = ["ALL", "Inputs", "OURS", "PEERS", "Peer", "REFERENCE", "Runner", "STARTERS", "Unable"]
