"""The library in a process of its own, so that its death or a hang is a result like others."""

from __future__ import annotations

import os
import pickle
import select
import signal
import struct
import subprocess
import sys
import time
from typing import Dict, List, Optional

import numpy as np

SECONDS = 5.0


class Library:
    """One worker, started again after it died."""

    def __init__(self) -> None:
        self._process: Optional[subprocess.Popen] = None

    def run(self, model: bytes, runs: List[Dict[str, np.ndarray]], threads: int = 1):
        """The worker's answer, or ("died", signal) or ("hang", seconds)."""
        process = self._started()
        request = pickle.dumps((model, runs, threads))
        try:
            process.stdin.write(struct.pack("<q", len(request)) + request)
            process.stdin.flush()
            deadline = time.monotonic() + SECONDS
            header = self._read(8, deadline)
            return pickle.loads(self._read(struct.unpack("<q", header)[0], deadline))
        except TimeoutError:
            self.close()
            return ("hang", f"no answer within {SECONDS:g} s")
        except (EOFError, BrokenPipeError):
            code = process.wait()
            self._process = None
            name = signal.Signals(-code).name if code < 0 else f"status {code}"
            return ("died", name)

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process = None

    def _started(self) -> subprocess.Popen:
        if self._process is None:
            # Fresh memory is filled, so that what is read before it was written shows.
            environment = dict(os.environ, MALLOC_PERTURB_="171")
            self._process = subprocess.Popen(
                [sys.executable, os.path.join(os.path.dirname(__file__), "worker.py")], env=environment,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        return self._process

    def _read(self, count: int, deadline: float) -> bytes:
        descriptor, parts = self._process.stdout.fileno(), []
        while count:
            ready, _, _ = select.select([descriptor], [], [], max(deadline - time.monotonic(), 0))
            if not ready:
                raise TimeoutError
            part = os.read(descriptor, min(count, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            count -= len(part)
        return b"".join(parts)
