"""Runs random graphs through the library and compares: `python -m differential --help`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import traceback
from typing import List

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


def run(first: int, step: int, count: int, seconds: float, operators: List[str], keep: bool) -> int:
    """Seeds `first`, `first + step`, …; the number of findings."""
    library, started, findings, done = Library(), time.monotonic(), 0, 0
    try:
        while done < count and (seconds <= 0 or time.monotonic() - started < seconds):
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
    parser.add_argument("--step", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    operators = [name for name in arguments.operators.split(",") if name]
    if arguments.seed is not None:
        return 0 if examine(arguments.seed, Library(), operators, not arguments.no_shrink, verbose=True) else 1
    first = int(time.time()) * 1000 if arguments.first is None else arguments.first
    if arguments.step:
        return min(run(first, arguments.step, arguments.count, arguments.seconds, operators, not arguments.no_shrink), 99)
    return supervise(first, arguments)


def supervise(first: int, arguments: argparse.Namespace) -> int:
    """Processes that share the seeds out. An oracle that dies takes its process with it: that shows in the status."""
    count = arguments.processes
    print(f"seeds from {first}, {count} processes", flush=True)
    passed = ["--count", str(arguments.count), "--seconds", str(arguments.seconds), "--operators", arguments.operators]
    passed += ["--no-shrink"] if arguments.no_shrink else []
    children = [subprocess.Popen([sys.executable, "-m", "differential", "--first", str(first + index), "--step",
                                  str(count)] + passed) for index in range(count)]
    codes = [child.wait() for child in children]
    for code in codes:
        if code < 0 or code > 99:
            print(f"a process died with status {code}")
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
