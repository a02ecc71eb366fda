"""From the start of a process to the first result, and what it takes in memory and on disk."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass, field
from typing import Sequence

import numpy as np

from .networks import network
from .peers import STARTERS, Unable
from .progress import Progress
from .remote import Remote
from .samples import Spread
from .sidebyside import rotated

NAME = "start-up vgg_bilstm 1×32×100"
TARGET = 10.0


@dataclass
class Startup:
    reason: str = ""
    #: Seconds in each process: to load the runtime and the model, to the first result after that, and from the start
    #: of the process to the first result.
    imports: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)
    firsts: list[float] = field(default_factory=list)
    processes: list[float] = field(default_factory=list)
    #: Bytes: the process's peak over what it had when the runtime was loaded, and the runtime's shared objects.
    peak: int = 0
    library: int = 0

    @property
    def load_and_first(self) -> Spread:
        return Spread.of([load + first for load, first in zip(self.loads, self.firsts)])


def startup(rounds: int, core: int, folder: pathlib.Path, progress: Progress) -> dict[str, Startup]:
    model = network("vgg_bilstm", folder)
    inputs = {"image": np.random.default_rng(0).uniform(-1, 1, (1, 1, 32, 100)).astype(np.float32)}
    results = {name: Startup() for name in STARTERS}
    converted: dict[str, pathlib.Path] = {}
    for name, peer in STARTERS.items():
        try:
            with Remote(peer, [core], folder / "startup.log") as remote:
                converted[name] = remote.convert(model, inputs)
        except Unable as reason:
            results[name].reason = str(reason)
    for index in range(rounds):
        progress.note(f"{NAME}: round {index + 1} of {rounds}")
        for name in rotated(list(converted), index):
            try:
                one(name, converted[name], core, folder, inputs, results[name])
            except Unable as reason:
                results[name].reason = str(reason)
                converted.pop(name)
    return results


def one(name: str, model: pathlib.Path, core: int, folder: pathlib.Path, inputs: dict[str, np.ndarray],
        result: Startup) -> None:
    with Remote(STARTERS[name], [core], folder / "startup.log") as remote:
        load = remote.load(model, 1, inputs, False) if name != "ncnn" else remote.load(model, 1, inputs, True)
        first = remote.first(inputs)
        result.imports.append(load["import"])
        result.loads.append(load["load"])
        result.firsts.append(first["first"])
        result.processes.append(first["clock"] - remote.clock)
        result.peak = remote.peak()
        result.library = remote.library_bytes()


def best(results: dict[str, Startup]) -> str:
    """The peer that is ready first."""
    rivals = {name: one for name, one in results.items() if STARTERS[name].ranked and one.loads}
    return min(rivals, key=lambda name: rivals[name].load_and_first.median, default="")


def headline(results: dict[str, Startup], ours: str) -> Spread | None:
    name = best(results)
    if not name or not results[ours].loads:
        return None
    their, our = (
        [load + first for load, first in zip(results[which].loads, results[which].firsts)] for which in (name, ours))
    return Spread.of([slower / faster for slower, faster in zip(their, our)])
