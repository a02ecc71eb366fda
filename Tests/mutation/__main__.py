"""Opens and runs mutants of model files in child processes: `python -m mutation --help`."""

from __future__ import annotations

import argparse
import collections
import json
import os
import random
import resource
import select
import signal
import sys
import time
from typing import Counter, List, Tuple

from . import corpus
from .mutate import mutant
from .trial import Trial, attempt

FOLDER = os.path.join("build", "mutation")
# A child that says nothing for so long hangs, however busy the machine is.
PATIENCE = 20.0
BATCH = 500
ADDRESS_SPACE = 6 << 30


def mutant_of(seed: int, samples: List[corpus.Sample]) -> Tuple[corpus.Sample, bytes, random.Random]:
    chooser = random.Random(seed)
    sample = chooser.choice(samples)
    return sample, mutant(sample, samples, chooser), chooser


def child(seeds: range, samples: List[corpus.Sample], place: str, output: int) -> None:
    """Tries every seed; a line each on `output`."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    for seed in seeds:
        _, data, chooser = mutant_of(seed, samples)
        trial = attempt(data, place, chooser)
        os.write(output, f"{trial.outcome}\t{trial.fault}\n".encode())


def batch(seeds: range, samples: List[corpus.Sample], place: str) -> List[Trial]:
    """The trials of seeds, up to the first that kills its process or hangs."""
    source, output = os.pipe()
    process = os.fork()
    if process == 0:
        status = 1
        try:
            os.close(source)
            child(seeds, samples, place, output)
            status = 0
        finally:
            os._exit(status)
    os.close(output)
    text, hangs = b"", False
    while True:
        ready, _, _ = select.select([source], [], [], PATIENCE)
        if not ready:
            hangs = True
            os.kill(process, signal.SIGKILL)
        part = os.read(source, 1 << 16)
        if not part:
            break
        text += part
    os.close(source)
    _, status = os.waitpid(process, 0)
    trials = [Trial(*line.split("\t", 1)) for line in text.decode().splitlines()]
    if len(trials) < len(seeds):
        code = os.waitstatus_to_exitcode(status)
        death = "hangs" if hangs else signal.Signals(-code).name if code < 0 else f"exit status {code}"
        trials.append(Trial("hangs" if hangs else "dies", death))
    return trials


def run(first: int, count: int, seconds: float, samples: List[corpus.Sample], index: int) -> Tuple[Counter[str], int]:
    """Tries `count` seeds, or as many as `seconds` allow; the tally and the number of faults."""
    tally: Counter[str] = collections.Counter()
    faults, started, seed = 0, time.monotonic(), first
    place = os.path.join(FOLDER, f"mutant-{index}")
    while seed < first + count and (not seconds or time.monotonic() - started < seconds):
        trials = batch(range(seed, min(seed + BATCH, first + count)), samples, place)
        for offset, trial in enumerate(trials):
            tally[trial.outcome] += 1
            if trial.fault:
                faults += 1
                report(seed + offset, samples, trial)
        seed += len(trials)
    return tally, faults


def report(seed: int, samples: List[corpus.Sample], trial: Trial) -> None:
    sample, data, _ = mutant_of(seed, samples)
    path = os.path.join(FOLDER, f"seed-{seed}.{sample.kind}")
    with open(path, "wb") as file:
        file.write(data)
    print(f"seed {seed}: {trial.fault} ({path}, of {os.path.relpath(sample.path)})", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="mutation", description=__doc__)
    parser.add_argument("--first", type=int, default=1, help="first seed (%(default)s)")
    parser.add_argument("--count", type=int, default=100_000, help="mutants (%(default)s)")
    parser.add_argument("--seconds", type=float, default=0, help="stop after so many seconds")
    parser.add_argument("--samples", type=int, default=400, help="models to make mutants of (%(default)s)")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)), help="(%(default)s)")
    arguments = parser.parse_args()
    os.makedirs(FOLDER, exist_ok=True)
    samples = corpus.load(arguments.samples)
    print(f"seeds from {arguments.first}, {len(samples)} whole files", flush=True)
    share = -(-arguments.count // arguments.processes)
    pipes = []
    for index in range(arguments.processes):
        source, target = os.pipe()
        if os.fork() == 0:
            tally, faults = run(arguments.first + index * share, share, arguments.seconds, samples, index)
            os.write(target, json.dumps([tally, faults]).encode())
            os._exit(0)
        os.close(target)
        pipes.append(source)
    total: Counter[str] = collections.Counter()
    faults = 0
    for source in pipes:
        with os.fdopen(source) as file:
            tally, count = json.loads(file.read() or "[{}, 1]")
        total.update(tally)
        faults += count
    for outcome, count in total.most_common():
        print(f"{count:9,}  {outcome}")
    print(f"{sum(total.values()):9,}  mutants, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
