"""Runtimes side by side: each in a process of its own, on the same cores, taking turns."""

from __future__ import annotations

import pathlib
import shutil
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Sequence

from .cases import Case, Inputs
from .compare import difference
from .peers import OURS, PEERS, REFERENCE, Peer, Unable
from .progress import Progress
from .remote import Remote
from .samples import Measured, Spread, ratio

#: A turn lasts about this long, so that a round is short beside what disturbs the machine.
TURN_SECONDS = 0.03
MOST_RUNS = 200
#: Runtimes this much slower than the fastest take part in every fourth round only.
SLOW = 3.0
#: Between turns on several cores: threads of the last runtime spin a little before they sleep.
PAUSE_SECONDS = 0.02


@dataclass
class Result:
    case: Case
    threads: int
    peers: dict[str, Measured]

    @property
    def measured(self) -> dict[str, Measured]:
        return {name: peer for name, peer in self.peers.items() if peer.rounds}

    @property
    def rivals(self) -> dict[str, Measured]:
        return {name: peer for name, peer in self.measured.items() if PEERS[name].ranked}

    @property
    def best(self) -> str:
        """The fastest float32 peer; "" without any."""
        return min(self.rivals, key=lambda name: self.rivals[name].seconds.median, default="")

    @property
    def headline(self) -> Spread | None:
        """The best float32 peer's time divided by ours."""
        return self.against(self.best)

    def against(self, name: str) -> Spread | None:
        """A peer's time divided by ours."""
        if OURS not in self.measured or name not in self.measured:
            return None
        return ratio(self.peers[name], self.peers[OURS])


class SideBySide:
    """One case on one set of cores."""

    def __init__(self, case: Case, cores: Sequence[int], folder: pathlib.Path, progress: Progress) -> None:
        self._case = case
        self._cores = cores
        self._folder = folder
        self._progress = progress
        self._remotes: dict[str, Remote] = {}
        self._peers: dict[str, Measured] = {}

    def measure(self, names: Sequence[str], rounds: int) -> Result:
        threads = len(self._cores)
        inputs = self._case.inputs()
        model = beside(self._case.model(self._folder), self._folder)
        with ExitStack() as stack:
            for name in names:
                self._progress.note(f"{self._case.name}: loading {name}")
                self._peers[name] = Measured({})
                try:
                    self._open(stack, PEERS[name], model, inputs, threads)
                except Unable as reason:
                    self._peers[name].reason = str(reason)
            self._check()
            self._rounds(self._run_counts(), rounds)
        return Result(self._case, threads, self._peers)

    def _open(self, stack: ExitStack, peer: Peer, model: pathlib.Path, inputs: Inputs, threads: int) -> None:
        log = self._folder / f"{peer.name.split(' ')[0]}.log"
        # Converters leave threads and memory behind.
        with Remote(peer, self._cores, log) as converter:
            converted = converter.convert(model, inputs)
        remote = stack.enter_context(Remote(peer, self._cores, log))
        remote.load(converted, threads, inputs, True)
        remote.first(inputs)
        self._remotes[peer.name] = remote

    def _check(self) -> None:
        """Results before times."""
        if REFERENCE not in self._remotes:
            return
        reference = self._remotes[REFERENCE].outputs()
        for name in list(self._remotes):
            try:
                distance, wrong = difference(self._remotes[name].outputs(), reference)
            except Unable as reason:
                distance, wrong = 0, str(reason)
            self._peers[name].difference = distance
            # A reduced precision is measured in any case, and its difference stands in the table.
            if wrong and (PEERS[name].ranked or name == OURS):
                self._drop(name, wrong)

    def _drop(self, name: str, reason: str) -> None:
        self._peers[name].reason = reason
        self._remotes.pop(name).stop()

    def _run_counts(self) -> dict[str, tuple[int, bool]]:
        """Runs of each turn, and whether the runtime is a slow one."""
        seconds = {}
        for name in list(self._remotes):
            try:
                seconds[name] = min(self._remotes[name].measure(3))
            except Unable as reason:
                self._drop(name, str(reason))
        fastest = min(seconds.values(), default=0)
        return {name: (max(1, min(MOST_RUNS, round(TURN_SECONDS / each))), each > SLOW * fastest)
                for name, each in seconds.items()}

    def _rounds(self, counts: dict[str, tuple[int, bool]], rounds: int) -> None:
        names = list(counts)
        for index in range(rounds):
            self._progress.note(f"{self._case.name}: round {index + 1} of {rounds}")
            for name in rotated(names, index):
                count, slow = counts[name]
                if name not in self._remotes or slow and index % 4 != 0:
                    continue
                try:
                    self._peers[name].rounds[index] = Spread.of(self._remotes[name].measure(count)).median
                except Unable as reason:
                    self._peers[name].rounds = {}
                    self._drop(name, str(reason))
                if len(self._cores) > 1:
                    time.sleep(PAUSE_SECONDS)


def rotated(names: list[str], index: int) -> list[str]:
    """Another one begins each round, and every second round goes backwards."""
    start = index % max(1, len(names))
    order = names[start:] + names[:start]
    return order if index % 2 == 0 else order[::-1]


def beside(model: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """The model in our own folder, where converted ones are written beside it."""
    if model.parent == folder:
        return model
    copy = folder / model.name
    if not copy.exists() or copy.stat().st_mtime < model.stat().st_mtime:
        shutil.copyfile(model, copy)
    return copy
