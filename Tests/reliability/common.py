"""What the proofs share."""

from __future__ import annotations

import ctypes
import os
import pathlib
from typing import Dict, List

import numpy as np

import crnn

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
READER = CHECKOUT / "examples" / "models" / "reader.onnx"
CONVERT = CHECKOUT / "dist" / "bin" / "crnn-convert"
PAGE = os.sysconf("SC_PAGE_SIZE")


def resident() -> float:
    """This process's resident memory in MB."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * PAGE / 1e6


def peak() -> float:
    """Its highest resident memory in MB, since `forget_peak`."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) / 1e3


def forget_peak() -> None:
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


class Heap(ctypes.Structure):
    """glibc's struct mallinfo2."""

    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]


def blocks() -> float:
    """All blocks of this process's heap that are in use, in MB."""
    mallinfo = ctypes.CDLL(None).mallinfo2
    mallinfo.restype = Heap
    heap = mallinfo()
    return (heap.uordblks + heap.hblkhd) / 1e6


def lines(seed: int, count: int) -> List[Dict[str, np.ndarray]]:
    """Inputs of the bundled reader, as many lines of random widths."""
    rng = np.random.default_rng(seed)
    return [{"image": rng.uniform(-1, 1, (1, 1, 32, width)).astype(np.float32)}
            for width in rng.integers(32, 321, count)]


def result(session: crnn.Session, line: Dict[str, np.ndarray]) -> bytes:
    return session.run(line)["log_probabilities"].tobytes()
