"""Lines of random widths by the thousands: memory stays as it is once it is warm."""

from __future__ import annotations

from typing import Callable

import numpy as np

import crnn

from . import common

LINES = 50_000
WARM = 0.2
#: What an allocator keeps free, a little differently each time, in MB.
SLACK = 8.0
#: Blocks of Python's own, in MB.
LITTLE = 0.2


def grow(read: Callable[[int], object], scale: float) -> str:
    """Calls `read` with a random number for each line. After the first fifth the blocks in use are those of before, and
    the resident memory stays what it was at most."""
    count = int(LINES * scale)
    rng = np.random.default_rng(1)
    for index in range(count):
        if index == int(WARM * count):
            warm_peak, warm_blocks = common.peak(), common.blocks()
            common.forget_peak()
        read(int(rng.integers(1 << 30)))
    peak, blocks = common.peak(), common.blocks()
    text = (f"{count:,} lines; {warm_blocks:.2f} MB of blocks after {int(WARM * count):,}, {blocks:.2f} MB in the end; "
            f"peak {warm_peak:.1f} MB, then {peak:.1f} MB")
    assert blocks < warm_blocks + LITTLE and peak < warm_peak + SLACK, text
    return text


def one_session(scale: float) -> str:
    session = crnn.Model(common.READER).session(threads=2)
    lines = common.lines(2, 400)
    return grow(lambda number: session.run(lines[number % len(lines)]), scale)


def many_sessions(scale: float) -> str:
    """A session for every five lines, a model for every fifty."""
    lines = common.lines(3, 200)
    model = crnn.Model(common.READER)

    def read(number: int) -> None:
        nonlocal model
        if number % 10 == 0:
            model = crnn.Model(common.READER)
        session = model.session(threads=1 + number % 3, plan_capacity=1 + number % 7)
        for place in range(5):
            session.run(lines[(number + place) % len(lines)])

    return grow(read, scale / 5).replace("lines", "sessions of five lines")
