"""python -m benchmarks: measures crnn beside the other runtimes. `make bench` installs them and runs this."""

from __future__ import annotations

import argparse
import os
import pathlib
import re
import shlex
import sys

from . import machine, report, startup, stream
from .cases import ROOT, Case, all_cases
from .peers import OURS, PEERS, REFERENCE
from .plot import plot
from .progress import Progress
from .report import Figures
from .sidebyside import SideBySide

DESCRIPTION = """\
Measures crnn beside onnxruntime, openvino, ncnn, mnn and opencv: the same
models, inputs and cores, in alternating rounds, each runtime in a process of
its own. Results are compared with ONNX Runtime's before anything is timed.
The figure that counts is the ratio: the best float32 peer's time divided by
crnn's. A whole run writes benchmarks/RESULTS.md; --quick and --only write to
build/benchmarks instead."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rounds, a short stream: minutes, rough figures")
    parser.add_argument("--only", metavar="PATTERN", default="",
                        help="cases whose names match this regular expression")
    parser.add_argument("--rounds", type=int, metavar="N", help="rounds of each case (default: 40, with --quick 5)")
    parser.add_argument("--threads", type=int, nargs="+", metavar="N",
                        help="thread counts to measure with (default: 1, then as many as there are cores)")
    parser.add_argument("--peers", metavar="NAME", nargs="+", choices=[*PEERS], default=[*PEERS],
                        help=f"runtimes beside {OURS} and {REFERENCE} (default: all)")
    parser.add_argument("--list", action="store_true", help="print the cases' names and do nothing else")
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    options.rounds = options.rounds or (5 if options.quick else 40)
    options.threads = options.threads or ([1] if cores == 1 else [1, cores])
    if options.rounds < 1 or min(options.threads) < 1 or max(options.threads) > cores:
        parser.error(f"--rounds must be at least 1, --threads 1 to {cores}")
    return options


def peers_for(threads: int, wanted: list[str]) -> list[str]:
    return [name for name, peer in PEERS.items() if (name in wanted or name in (OURS, REFERENCE))
            and not (peer.one_thread_only and threads > 1)]


def measure(options: argparse.Namespace, folder: pathlib.Path) -> Figures:
    pattern = re.compile(options.only)
    cases = [case for case in all_cases() if pattern.search(case.name)]
    # The last cores: the first has the interrupts.
    cores = sorted(os.sched_getaffinity(0), reverse=True)
    streams = bool(pattern.search(stream.NAME)) and 1 in options.threads
    starts = bool(pattern.search(startup.NAME)) and 1 in options.threads
    progress = Progress(len(cases) * len(options.threads) + streams + starts)
    figures = Figures(
        shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]]), machine.processor(),
        machine.versions(folder, cores[0]), machine.load(), options.rounds)

    def run(case: Case, threads: int) -> None:
        progress.begin(f"{case.name}, {threads} {'thread' if threads == 1 else 'threads'}")
        result = SideBySide(case, cores[:threads], folder, progress).measure(
            peers_for(threads, options.peers), options.rounds)
        (figures.one if threads == 1 else figures.all_cores).append(result)

    for threads in options.threads:
        for case in cases:
            run(case, threads)
    if streams:
        progress.begin(stream.NAME)
        lines = 50 if options.quick else stream.LINES
        figures.stream = stream.stream(lines, cores[0], folder, peers_for(1, options.peers), progress)
    if starts:
        progress.begin(startup.NAME)
        figures.startup = startup.startup(3 if options.quick else 15, cores[0], folder, progress)
    progress.clear()
    return figures


def main() -> None:
    options = arguments()
    if options.list:
        print("\n".join([*(case.name for case in all_cases()), stream.NAME, startup.NAME]))
        return
    folder = ROOT / "build" / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    figures = measure(options, folder)
    print(report.terminal(figures))

    whole = not options.quick and not options.only and options.threads[0] == 1 and options.peers == [*PEERS]
    target = ROOT / "benchmarks" if whole else folder
    plot(figures.one, target / "results.svg")
    report.write_markdown(target / "RESULTS.md", figures, "results.svg" if figures.one else None)
    report.write_json(folder / "results.json", figures)
    print(f"\nwritten: {target / 'RESULTS.md'}, {folder / 'results.json'}", file=sys.stderr)


if __name__ == "__main__":
    main()
