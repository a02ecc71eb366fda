"""A stream of line images of random widths: lines a second, and how the process grows."""

from __future__ import annotations

import pathlib
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Sequence

import numpy as np

from .networks import network
from .peers import OURS, PEERS, Unable
from .progress import Progress
from .remote import Remote
from .samples import Measured, Spread, ratio
from .sidebyside import rotated

NAME = "stream vgg_bilstm 32–1200"
TARGET = 2.5
LINES = 300
CHUNK = 10


@dataclass
class Stream:
    #: Seconds of each chunk of lines.
    measured: Measured = field(default_factory=lambda: Measured({}))
    lines: int = 0
    #: Bytes by which the process grew since the runtime was loaded, the model included: at most, and until the widest
    #: line was done.
    peak: int = 0
    peak_at_widest: int = 0

    @property
    def lines_per_second(self) -> float:
        return self.lines / sum(self.measured.rounds.values())


def stream(lines: int, core: int, folder: pathlib.Path, names: Sequence[str], progress: Progress) -> dict[str, Stream]:
    """All runtimes read the same lines, a chunk of them at a time, in turns."""
    widths = np.random.default_rng(300).integers(32, 1201, lines).tolist()
    model = network("vgg_bilstm", folder)
    example = {"image": np.zeros((1, 1, 32, 320), np.float32)}
    streams = {name: Stream() for name in names}
    with ExitStack() as stack:
        remotes: dict[str, Remote] = {}
        for name in names:
            try:
                log = folder / f"{name.split(' ')[0]}.log"
                with Remote(PEERS[name], [core], log) as converter:
                    converted = converter.convert(model, example)
                remotes[name] = stack.enter_context(Remote(PEERS[name], [core], log))
                remotes[name].load(converted, 1, example, False)
            except Unable as reason:
                streams[name].measured.reason = str(reason)
                remotes.pop(name, None)
        chunks = [widths[start:start + CHUNK] for start in range(0, lines, CHUNK)]
        for index, chunk in enumerate(chunks):
            progress.note(f"{NAME}: line {index * CHUNK} of {lines}")
            for name in rotated(list(remotes), index):
                try:
                    one(remotes[name], streams[name], index, chunk, max(widths) in chunk)
                except Unable as reason:
                    streams[name].measured = Measured({}, str(reason))
                    remotes.pop(name).stop()
    return streams


def one(remote: Remote, stream: Stream, index: int, chunk: Sequence[int], holds_widest: bool) -> None:
    stream.measured.rounds[index] = sum(remote.lines(chunk))
    stream.lines += len(chunk)
    stream.peak = remote.peak()
    if holds_widest and not stream.peak_at_widest:
        stream.peak_at_widest = stream.peak


def best(streams: dict[str, Stream]) -> str:
    """The fastest float32 peer; "" without any."""
    rivals = {name: one for name, one in streams.items() if PEERS[name].ranked and one.measured.rounds}
    return max(rivals, key=lambda name: rivals[name].lines_per_second, default="")


def headline(streams: dict[str, Stream]) -> Spread | None:
    name = best(streams)
    if not name or not streams[OURS].measured.rounds:
        return None
    return ratio(streams[name].measured, streams[OURS].measured)
