"""Signals, thousands a second, while files are read and networks run."""

from __future__ import annotations

import pathlib
import signal
import tempfile

import crnn

from . import common

ROUNDS = 200
SECONDS = 0.0003


def interrupted(scale: float) -> str:
    (line,) = common.lines(7, 1)
    expected = common.result(crnn.Model(common.READER).session(), line)
    caught = 0

    def count(number: int, frame: object) -> None:
        nonlocal caught
        caught += 1

    signal.signal(signal.SIGALRM, count)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, SECONDS)
    rounds = max(5, int(ROUNDS * scale))
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "reader.crnn")
            for _ in range(rounds):
                crnn.Model(common.READER, copy_file=True).save(path)
                session = crnn.Model(path, copy_file=True).session(threads=2)
                assert common.result(session, line) == expected
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert caught > rounds
    return f"{rounds} rounds of reading, writing and running, {caught:,} signals"
