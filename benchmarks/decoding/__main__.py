"""python -m benchmarks.decoding: measures decoders beside others. `make bench-decoders` installs them and runs this."""

from __future__ import annotations

import argparse
import os
import pathlib
import re
import sys
from importlib import metadata
from typing import List

import crnn

from .. import machine
from ..cases import ROOT
from ..samples import ratio
from ..tables import table, verdict, with_quartiles
from .decoders import OURS
from .measure import Result, greedy, measure, network_seconds, reading
from .tasks import Material, all_tasks

PAGE = pathlib.Path(__file__).with_name("RESULTS.md")


def times(results: List[Result]) -> str:
    rows = [["task", "crnn, ms", "other", "ms", "other / crnn (quartiles)", "target, reached", "same text"]]
    for result in results:
        ours = result.decoders[OURS]
        for name, target in result.task.targets.items():
            other = result.decoders[name]
            spread = ratio(other, ours)
            rows.append([
                result.task.name, f"{1e3 * ours.seconds.median:.2f}", name, f"{1e3 * other.seconds.median:.1f}",
                with_quartiles(spread, 1), verdict(spread, target),
                f"{result.equal[name]} of {len(result.task.scores)}"])
    return table(rows)


def page(results: List[Result], folder: pathlib.Path, material: Material, rounds: int) -> str:
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("flashlight-text", "pyctcdecode", "kenlm"))
    small, large = material.text_scores(), material.many_class_scores(8000)
    name, seconds = network_seconds(folder, rounds)
    lines = [
        "# Decoders", "",
        "Lines of 200 frames, in CPU time of one thread for a line: the median of "
        f"{rounds} alternating rounds. How it is measured: [README.md](../README.md#decoders).", "",
        f"crnn {crnn.version()} ({crnn.instruction_set()}), {versions}; {machine.processor()}; "
        f"load {machine.load()}.", "", times(results), "",
        "| greedy decoding | GB/s | NumPy's maximum, GB/s |", "|---|--:|--:|",
        *(f"| {label} | {greedy(scores, rounds) / 1e9:.1f} | {reading(scores, rounds) / 1e9:.1f} |"
          for label, scores in (("97 classes", small), ("8,000 classes", large))), ""]
    for result in results:
        if len(result.task.settings.labels) == 8000:
            ours = result.decoders[OURS].seconds.median
            lines += [f"Searching {result.task.name} takes {ours / seconds:.3f} of the time of {name}, "
                      f"{1e3 * seconds:.1f} ms.", ""]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.decoding", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 rounds, and print the page instead of writing it")
    parser.add_argument("--only", metavar="PATTERN", default="", help="tasks whose names match, likewise printed")
    parser.add_argument("--rounds", type=int, metavar="N", help="rounds of each task (default: 15)")
    options = parser.parse_args()
    rounds = options.rounds or (3 if options.quick else 15)
    # The last core: the first has the interrupts.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    folder = ROOT / "build" / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    convert = os.environ.get("CRNN_CONVERT", str(ROOT / "dist" / "bin" / "crnn-convert"))
    print("making a language", file=sys.stderr)
    material = Material(folder, convert, 100_000, 1_000_000)
    results = []
    for task in all_tasks(material):
        if re.search(options.only, task.name):
            print(task.name, file=sys.stderr)
            results.append(measure(task, rounds))
    text = page(results, folder, material, rounds)
    if options.quick or options.only:
        print(text)
    else:
        PAGE.write_text(text)
        print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
