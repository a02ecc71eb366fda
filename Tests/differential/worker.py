"""The process that runs the library: `python worker.py` takes cases from its input and gives results to its output."""

from __future__ import annotations

import os
import pickle
import resource
import struct
import sys
import tempfile
from typing import Dict, List

import numpy as np

import crnn

MEMORY_LIMIT = 4 << 30
LOOP_LIMIT = 1000


def _same(left: Dict[str, np.ndarray], right: Dict[str, np.ndarray]) -> bool:
    return all(left[n].dtype == right[n].dtype and left[n].shape == right[n].shape
               and left[n].tobytes() == right[n].tobytes() for n in left)


def run(model_bytes: bytes, runs: List[Dict[str, np.ndarray]], threads: int, scratch: str):
    """("model", error) if it does not load, else ("runs", a dictionary or an error for each, what was inconsistent)."""
    try:
        model = crnn.Model(model_bytes)
    except crnn.Error as error:
        return ("model", f"{type(error).__name__}: {error}")
    results, notes = [], []
    with model:
        with model.session(threads=threads, loop_limit=LOOP_LIMIT) as session:
            for inputs in runs:
                try:
                    results.append(session.run(inputs))
                except crnn.Error as error:
                    results.append(f"{type(error).__name__}: {error}")
            if isinstance(results[0], dict) and not _same(results[0], session.run(runs[0])):
                notes.append("a second run gives other results")
        path = os.path.join(scratch, "case.crnn")
        try:
            model.save(path)
        except crnn.Error as error:
            return ("runs", results, notes + [f"cannot be saved: {error}"])
    try:
        with crnn.Model(path) as saved, saved.session(threads=3 - threads, loop_limit=LOOP_LIMIT) as session:
            for inputs, result in zip(runs, results):
                if isinstance(result, dict) and not _same(result, session.run(inputs)):
                    notes.append("the .crnn file gives other results")
    except crnn.Error as error:
        notes.append(f"the .crnn file is refused: {error}")
    return ("runs", results, notes)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory() as scratch:
        while True:
            header = source.read(8)
            if len(header) < 8:
                return
            request = pickle.loads(source.read(struct.unpack("<q", header)[0]))
            reply = pickle.dumps(run(*request, scratch))
            target.write(struct.pack("<q", len(reply)) + reply)
            target.flush()


if __name__ == "__main__":
    main()
