"""The measuring process's side of a worker."""

from __future__ import annotations

import os
import pathlib
import socket
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from typing import Any, Optional, Sequence

from .peers import Peer, Unable

ROOT = pathlib.Path(__file__).resolve().parents[1]

#: A runtime that takes longer for one answer is given up.
PATIENCE_SECONDS = 300


class Remote:
    """A runtime in a process of its own. What it cannot do, or dies of, is raised as Unable."""

    def __init__(self, peer: Peer, cores: Sequence[int], log: pathlib.Path) -> None:
        ours, theirs = socket.socketpair()
        environment = {
            **os.environ, "OMP_NUM_THREADS": str(len(cores)), "OPENBLAS_NUM_THREADS": "1",
            "OPENCV_FOR_THREADS_NUM": str(len(cores)), **peer.environment}
        #: When the process was started, by time.perf_counter.
        self.clock = time.perf_counter()
        with open(log, "ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.worker", str(theirs.fileno()), peer.name,
                 ",".join(str(core) for core in cores)],
                pass_fds=[theirs.fileno()], env=environment, cwd=ROOT, stdout=output, stderr=output,
                stdin=subprocess.DEVNULL)
        theirs.close()
        self._connection: Optional[Connection] = Connection(ours.detach())

    def __getattr__(self, request: str) -> Any:
        return lambda *arguments: self._ask(request, arguments)

    def _ask(self, request: str, arguments: tuple[Any, ...]) -> Any:
        if self._connection is None:
            raise Unable("its process has ended")
        try:
            self._connection.send((request, arguments))
            if not self._connection.poll(PATIENCE_SECONDS):
                self.stop()
                raise Unable(f"no answer in {PATIENCE_SECONDS} s")
            outcome, result = self._connection.recv()
        except (EOFError, ConnectionError):
            code = self.stop()
            how = f"it crashed (signal {-code})" if code < 0 else f"it ended the process (code {code})"
            raise Unable(how) from None
        if outcome == "unable":
            raise Unable(result)
        return result

    def stop(self) -> int:
        """Ends the process and returns its code."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        try:
            return self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def __enter__(self) -> Remote:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()
