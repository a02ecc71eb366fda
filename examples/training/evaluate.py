"""Measures an exported reader's character error rate with ONNX Runtime.

On rendered lines in the held-out fonts, by level of degradation:

    python examples/training/evaluate.py examples/models/reader.onnx

On the images of a folder, whose texts stand in expected.tsv (file name, tab,
text) or beside each image in a .gt.txt file:

    python examples/training/evaluate.py examples/models/reader.onnx --folder FOLDER
"""

import argparse
import pathlib

import numpy as np
import onnxruntime
from PIL import Image

from model import decode
from render import LEVELS, Lines, normalise, to_input
from text import edit_distance

SEED = 1_000_003


class Recogniser:
    """An exported reader and greedy decoding."""

    def __init__(self, path: pathlib.Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"])

    def read(self, picture: Image.Image) -> str:
        """The text in a picture of one line, of any size."""
        image = normalise(np.asarray(to_input(picture)))[None, None]
        scores = self.session.run(["log_probabilities"], {"image": image})[0][0]
        return decode(scores.argmax(1).tolist())


class Tally:
    """Counts errors over many lines."""

    def __init__(self) -> None:
        self.errors = self.characters = self.exact = self.lines = 0

    def add(self, expected: str, actual: str) -> None:
        self.errors += edit_distance(expected, actual)
        self.characters += len(expected)
        self.exact += expected == actual
        self.lines += 1

    def row(self, name: str) -> str:
        return (f"| {name} | {self.lines} | {self.characters} | "
                f"{self.errors / self.characters:.2%} | {self.exact / self.lines:.1%} |")


HEADER = "| {} | lines | characters | character errors | lines read exactly |\n|---|--:|--:|--:|--:|"


def evaluate_rendered(recogniser: Recogniser, split: str, count: int) -> None:
    """Prints a Markdown table with a row for each level and one for clean + mild."""
    print(HEADER.format("level"))
    usual = Tally()
    for place, level in enumerate(LEVELS):
        mix = tuple(float(level == other) for other in LEVELS)
        lines = Lines(split, SEED + place, mix)
        tally = Tally()
        for index in range(count):
            picture, text = lines[index]
            reading = recogniser.read(picture)
            tally.add(text, reading)
            if level != "hard":
                usual.add(text, reading)
        print(tally.row(level), flush=True)
    print(usual.row("clean + mild"))


def labelled(folder: pathlib.Path) -> list[tuple[pathlib.Path, str]]:
    """The images of a folder that have a text."""
    table = folder / "expected.tsv"
    if table.exists():
        rows = (row.split("\t", 1) for row in table.read_text("utf-8").splitlines())
        return [(folder / name, text) for name, text in rows]
    pairs = []
    for path in sorted(folder.iterdir()):
        text = path.with_name(path.name.split(".")[0] + ".gt.txt")
        if text != path and text.exists():
            pairs.append((path, text.read_text("utf-8").strip()))
    return pairs


def evaluate_folder(recogniser: Recogniser, folder: pathlib.Path) -> None:
    """Prints what each image reads as, then the total."""
    total = Tally()
    for path, text in labelled(folder):
        with Image.open(path) as picture:
            reading = recogniser.read(picture)
        total.add(text, reading)
        mark = "ok   " if reading == text else "WRONG"
        print(f"{mark} {path.name}: {reading!r}" + ("" if reading == text else f" for {text!r}"))
    if total.lines:
        print(HEADER.format("folder"))
        print(total.row(folder.name))
        if total.exact < total.lines:
            raise SystemExit(1)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--split", choices=("held-out", "train"), default="held-out")
    parser.add_argument("--lines", type=int, default=1000, help="lines for each level")
    options = parser.parse_args()
    recogniser = Recogniser(options.model)
    if options.folder:
        evaluate_folder(recogniser, options.folder)
    else:
        evaluate_rendered(recogniser, options.split, options.lines)


if __name__ == "__main__":
    main()
