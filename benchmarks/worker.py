"""A process that holds one runtime and does what the measuring process asks for.

    python -m benchmarks.worker DESCRIPTOR PEER CORES

Requests, a name and arguments each, come through the socket DESCRIPTOR, and so do the answers: ("done", result), or
("unable", reason). A runtime that crashes takes this process with it and nothing else.
"""

from __future__ import annotations

import gc
import os
import pathlib
import re
import sys
import time
from multiprocessing.connection import Connection
from typing import Any, Optional

import numpy as np

from .peers import ALL, Inputs, Peer, Runner, Unable


def memory(which: str) -> int:
    """A figure of /proc/self/status in bytes: VmRSS, or VmHWM, its peak."""
    text = pathlib.Path("/proc/self/status").read_text()
    return int(re.findall(rf"{which}:\s+(\d+)", text)[0]) * 1024


def forget_peak() -> None:
    pathlib.Path("/proc/self/clear_refs").write_text("5")


def timed(runner: Runner, count: int) -> list[float]:
    """Seconds of each run."""
    seconds = []
    for _ in range(count):
        start = time.perf_counter()
        runner.run()
        seconds.append(time.perf_counter() - start)
    return seconds


class Worker:
    """Every public method is a request."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._runner: Optional[Runner] = None
        self._base = 0

    @property
    def runner(self) -> Runner:
        if self._runner is None:
            raise Unable("nothing is loaded")
        return self._runner

    def convert(self, model: pathlib.Path, inputs: Inputs) -> pathlib.Path:
        return self._peer.convert(model, inputs)

    def version(self) -> str:
        self._peer.import_runtime()
        return self._peer.version()

    def load(self, model: pathlib.Path, threads: int, inputs: Inputs, fixed: bool) -> dict[str, float]:
        """Seconds to load the runtime, and the model in it."""
        start = time.perf_counter()
        self._peer.import_runtime()
        ready = time.perf_counter()
        self._base = memory("VmRSS")
        forget_peak()
        begin = time.perf_counter()
        self._runner = self._peer.load(model, threads, inputs, fixed)
        return {"import": ready - start, "load": time.perf_counter() - begin}

    def first(self, inputs: Inputs) -> dict[str, float]:
        """Seconds of the first run, and the clock after it."""
        start = time.perf_counter()
        self.runner.bind(inputs)
        self.runner.run()
        end = time.perf_counter()
        return {"first": end - start, "clock": end}

    def outputs(self) -> list[np.ndarray]:
        return [np.asarray(array) for array in self.runner.outputs()]

    def measure(self, count: int) -> list[float]:
        """Of `count` runs, after one that brings code and weights back into the caches."""
        gc.disable()
        self.runner.run()
        seconds = timed(self.runner, count)
        gc.enable()
        return seconds

    def lines(self, widths: list[int]) -> list[float]:
        """Seconds of each line image of these widths."""
        seconds = []
        for width in widths:
            image = np.random.default_rng(width).uniform(-1, 1, (1, 1, 32, width)).astype(np.float32)
            start = time.perf_counter()
            self.runner.bind({"image": image})
            self.runner.run()
            seconds.append(time.perf_counter() - start)
        return seconds

    def peak(self) -> int:
        """Bytes by which the process has grown at most since the runtime was loaded."""
        return memory("VmHWM") - self._base

    def library_bytes(self) -> int:
        """Sizes of the shared objects that the runtime brought and that are mapped now."""
        paths = {line.split(maxsplit=5)[5].strip() for line in open("/proc/self/maps") if ".so" in line}
        marks = ["libcrnn"] if self._peer.name.startswith("crnn") else [f"/{name}" for name in self._peer.packages]
        return sum(os.stat(path).st_size for path in paths
                   if any(re.search(rf"{re.escape(mark)}([/.]|$)", path) for mark in marks))


def summary(error: Exception) -> str:
    """A runtime's message on one line, without the place in its source."""
    text = " ".join(str(error).split()) or type(error).__name__
    for mark in ("error: ", "Error: "):
        text = text.split(mark, 1)[-1]
    return text if len(text) <= 160 else text[:159] + "…"


def answer(worker: Worker, request: tuple[str, tuple[Any, ...]]) -> tuple[str, Any]:
    name, arguments = request
    try:
        return "done", getattr(worker, name)(*arguments)
    except Unable as reason:
        return "unable", str(reason)
    except Exception as error:
        return "unable", summary(error)


def main() -> None:
    descriptor, peer, cores = sys.argv[1:]
    os.sched_setaffinity(0, {int(core) for core in cores.split(",")})
    connection = Connection(int(descriptor))
    worker = Worker(ALL[peer])
    while True:
        try:
            request = connection.recv()
        except EOFError:
            return
        connection.send(answer(worker, request))


if __name__ == "__main__":
    main()
