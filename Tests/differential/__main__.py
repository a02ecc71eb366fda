"""Runs random graphs through the library and compares: `python -m differential --help`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import traceback
from typing import List

import crnn  # noqa: F401  Without the library all ends here, not in every worker anew.

from . import mutate
from .check import check, expected_of, make_case, types_of
from .library import Library
from .shrink import shrink

FOLDER = os.path.join("build", "differential")


def examine(seed: int, library: Library, operators: List[str], keep: bool = True, verbose: bool = False) -> bool:
    """Checks one seed and a broken variant of it. Prints and saves what it finds; whether it found nothing."""
    case = make_case(seed, operators)
    if case is None:
        return True
    if verbose:
        print(case.dump())
    threads = 1 + seed % 2
    finding, judge = check(case, library, threads), check
    if finding is None:
        case = mutate.broken(case, seed)
        if case is None:
            return True
        finding, judge = mutate.check_broken(case, library), mutate.check_broken
    if finding is None:
        return True
    print(f"seed {seed} ({', '.join(node.type for node in case.nodes)}): {finding}", flush=True)
    if keep:
        case, finding = shrink(case, finding, lambda smaller: judge(smaller, library, threads))
        folder = os.path.join(FOLDER, f"seed-{seed}")
        try:
            expected = expected_of(case)
        except Exception:
            expected = []
        known = [values for values in expected if values]
        case.save(folder, types_of(case, known[0] if known else None),
                  [{name: values[name] for name in case.outputs} for values in known])
        text = f"seed {seed}: {finding}\n{case.dump()}\n"
        with open(os.path.join(folder, "case.txt"), "w") as file:
            file.write(text)
        print(f"{text}  saved in {folder}", flush=True)
    return False


def run(first: int, step: int, count: int, seconds: float, operators: List[str], keep: bool, place: str = "") -> int:
    """Seeds `first`, `first + step`, …; the number of findings. `place` is a file that tells the seed it is at."""
    library, started, findings, done = Library(), time.monotonic(), 0, 0
    try:
        while done < count and (seconds <= 0 or time.monotonic() - started < seconds):
            if place:
                with open(place, "w") as file:
                    file.write(str(first + done * step))
            try:
                findings += not examine(first + done * step, library, operators, keep)
            except Exception:  # The test's own fault: as much to be mended, and no reason to stop.
                findings += 1
                print(f"seed {first + done * step}: the test failed\n{traceback.format_exc(limit=-3)}", flush=True)
            done += 1
    finally:
        library.close()
    print(f"seeds {first} to {first + (done - 1) * step} by {step}: {findings} findings", flush=True)
    return findings


def main() -> int:
    parser = argparse.ArgumentParser(prog="differential", description=__doc__)
    parser.add_argument("--seed", type=int, help="one seed, with its graph")
    parser.add_argument("--first", type=int, help="first seed of a series; the time of day if left out")
    parser.add_argument("--count", type=int, default=10**9, help="at most so many seeds a process")
    parser.add_argument("--seconds", type=float, default=0, help="at most so long; 0: no limit")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--operators", default="", help="these alone, separated by commas")
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--place", default="", help=argparse.SUPPRESS)
    parser.add_argument("--step", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    operators = [name for name in arguments.operators.split(",") if name]
    if arguments.seed is not None:
        return 0 if examine(arguments.seed, Library(), operators, not arguments.no_shrink, verbose=True) else 1
    first = int(time.time()) * 1000 if arguments.first is None else arguments.first
    if arguments.step:
        return min(run(first, arguments.step, arguments.count, arguments.seconds, operators, not arguments.no_shrink,
                       arguments.place), 99)
    return supervise(first, arguments)


def supervise(first: int, arguments: argparse.Namespace) -> int:
    """Processes that share the seeds out, and take the next one when an oracle died and took its process with it."""
    count, end = arguments.processes, time.monotonic() + arguments.seconds
    print(f"seeds from {first}, {count} processes", flush=True)
    fixed = ["--count", str(arguments.count), "--step", str(count), "--operators", arguments.operators]
    fixed += ["--no-shrink"] if arguments.no_shrink else []

    def start(seed: int, place: str) -> subprocess.Popen:
        left = max(end - time.monotonic(), 1) if arguments.seconds > 0 else 0
        return subprocess.Popen([sys.executable, "-m", "differential", "--first", str(seed), "--seconds", str(left),
                                 "--place", place] + fixed)

    with tempfile.TemporaryDirectory() as folder:
        places = [os.path.join(folder, str(index)) for index in range(count)]
        children = [start(first + index, place) for index, place in enumerate(places)]
        failed = False
        while children:
            time.sleep(0.2)
            for index, child in enumerate(children):
                code = child.poll()
                if code is None:
                    continue
                # An oracle's death tells nothing of the library.
                failed |= code > 0
                if 0 <= code <= 99:
                    del children[index], places[index]
                    break
                with open(places[index]) as file:
                    seed = int(file.read())
                print(f"seed {seed}: the oracle died with status {code}", flush=True)
                children[index] = start(seed + count, places[index])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
