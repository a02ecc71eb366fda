"""Times of decoders side by side, in CPU seconds of one thread."""

from __future__ import annotations

import pathlib
import time
from dataclasses import dataclass
from typing import Callable, Dict, List, Tuple

import numpy as np

from ..networks import network
from ..samples import Measured
from .decoders import DECODERS, OURS
from .tasks import Task


@dataclass
class Result:
    task: Task
    #: Seconds for one line.
    decoders: Dict[str, Measured]
    #: For each other decoder, how many lines it read as crnn did.
    equal: Dict[str, int]


def thread_seconds(function: Callable[[], object]) -> float:
    start = time.thread_time()
    function()
    return time.thread_time() - start


#: Decoders that take longer than this for all lines sit out all rounds but the first few.
PATIENCE, FEW = 2.0, 3


def measure(task: Task, rounds: int) -> Result:
    """Alternating rounds of all lines."""
    decoders = {name: DECODERS[name](task.settings) for name in (OURS, *task.targets)}
    texts = {name: [" ".join(decode(scores).split()) for scores in task.scores] for name, decode in decoders.items()}
    measured = {name: Measured({}) for name in decoders}
    for number in range(rounds):
        for name in sorted(decoders, reverse=bool(number % 2)):
            decode, taken = decoders[name], measured[name].rounds
            if number >= FEW and taken[0] * len(task.scores) > PATIENCE:
                continue
            seconds = thread_seconds(lambda: [decode(scores) for scores in task.scores])
            taken[number] = seconds / len(task.scores)
    equal = {name: sum(a == b for a, b in zip(texts[OURS], texts[name])) for name in task.targets}
    return Result(task, measured, equal)


def greedy(scores: List[np.ndarray], rounds: int) -> float:
    """Bytes a second."""
    import crnn

    seconds = [thread_seconds(lambda: [crnn.ctc.greedy(each) for each in scores]) for _ in range(rounds + 1)][1:]
    return sum(each.nbytes for each in scores) / float(np.median(seconds))


def reading(scores: List[np.ndarray], rounds: int) -> float:
    """Bytes a second that this machine reads and compares at: NumPy's maximum of all scores."""
    seconds = [thread_seconds(lambda: [each.max() for each in scores]) for _ in range(rounds + 1)][1:]
    return sum(each.nbytes for each in scores) / float(np.median(seconds))


def network_seconds(folder: pathlib.Path, rounds: int) -> Tuple[str, float]:
    """A line reader of 8,000 classes on a line of 200 frames."""
    import crnn

    model = crnn.Model(network("resnet_reader", folder))
    image = {"image": np.random.default_rng(0).uniform(-1, 1, (1, 3, 32, 800)).astype(np.float32)}
    seconds = [thread_seconds(lambda: model.run(image)) for _ in range(rounds + 1)][1:]
    return "resnet_reader on 1×3×32×800", float(np.median(seconds))
