"""Sixteen threads: each with sessions of its own, then all with one."""

from __future__ import annotations

import threading
import time
from typing import List

import crnn

from . import common

THREADS = 16
SECONDS = 60.0
RUNS_PER_SESSION = 40


def in_threads(work) -> List[str]:
    """Runs `work(number)` in as many threads; what they raised."""
    raised: List[str] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except Exception as error:
            raised.append(repr(error))

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def own_sessions(scale: float) -> str:
    """Sessions of one model that come and go in all threads: every result is one thread's, bit for bit."""
    model = crnn.Model(common.READER)
    lines = common.lines(4, 24)
    alone = model.session()
    expected = [common.result(alone, line) for line in lines]
    ends = time.monotonic() + SECONDS * scale
    counts = [0] * THREADS

    def work(number: int) -> None:
        while time.monotonic() < ends:
            session = model.session(threads=1 + number % 3)
            for run in range(RUNS_PER_SESSION):
                place = (number + run) % len(lines)
                assert common.result(session, lines[place]) == expected[place], f"line {place} differs"
                counts[number] += 1

    raised = in_threads(work)
    assert not raised, raised
    assert min(counts) > 0
    return f"{THREADS} threads, {sum(counts):,} runs, all bits as one thread's"


def one_session(scale: float) -> str:
    """A session that all threads share, which the package lends to one after the other. (C refuses the second.)"""
    session = crnn.Model(common.READER).session(threads=2)
    lines = common.lines(5, 8)
    expected = [common.result(session, line) for line in lines]
    ends = time.monotonic() + SECONDS / 6 * scale
    counts = [0] * THREADS

    def work(number: int) -> None:
        while time.monotonic() < ends:
            place = (number + counts[number]) % len(lines)
            assert common.result(session, lines[place]) == expected[place], f"line {place} differs"
            counts[number] += 1

    raised = in_threads(work)
    assert not raised, raised
    return f"{THREADS} threads, {sum(counts):,} runs, one after the other"
