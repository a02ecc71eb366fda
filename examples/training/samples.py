"""Writes the sample images and their texts, in held-out fonts.

    python examples/training/samples.py examples/images
"""

import argparse
import pathlib
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from fonts import installed
from render import render


class Sample(NamedTuple):
    """One image: its text, its font, how badly it is degraded, its colours."""

    file: str
    text: str
    font: str
    level: str
    seed: int
    colours: tuple[str, str] | None = None
    """What black and white become, in a colour image."""


SAMPLES = (
    Sample("book.png", "It was the best of times, it was the worst", "GentiumPlus-Regular", "mild", 7),
    Sample("scan.png", "of times, it was the age of wisdom,", "CharisSIL-Regular", "mild", 4),
    Sample("invoice.png", "Invoice No. 20417 - Total: $1,284.50", "Carlito-Regular", "clean", 22),
    Sample("date.png", "Thursday, 14 March 2024", "PTF55F", "mild", 1),
    Sample("email.png", "anna.keller@example.org", "Lato-Regular", "mild", 5),
    Sample("code.png", "for (i = 0; i < n; i++) sum += a[i];", "JetBrainsMono-Regular", "clean", 12,
           ("#d8dee9", "#1e2430")),
    Sample("board.png", "DEPARTURES 09:45 GATE B12", "Cabin-Bold", "mild", 11, ("#ffd23f", "#101010")),
    Sample("typed.png", "The quick brown fox jumps over the lazy dog.", "Courier Prime", "mild", 8),
    Sample("link.png", "https://www.example.com/search?q=crnn&page=2", "ClearSans-Regular", "clean", 22,
           ("#1a0dab", "#ffffff")),
    Sample("small.png", "Page 12 of 48", "Karla-Regular", "mild", 6),
)


def font_file(stem: str) -> str:
    """The installed font file of this name, without its suffix."""
    for files in installed().values():
        for file in files:
            if pathlib.Path(file).stem == stem:
                return file
    raise SystemExit(f"font not installed: {stem} (see install_fonts.sh)")


def draw(sample: Sample) -> Image.Image:
    picture = render(sample.text, font_file(sample.font), sample.level,
                     np.random.default_rng(sample.seed))
    return ImageOps.colorize(picture, *sample.colours) if sample.colours else picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for sample in SAMPLES:
        draw(sample).save(folder / sample.file, optimize=True)
        rows.append(f"{sample.file}\t{sample.text}\n")
    (folder / "expected.tsv").write_text("".join(rows), "utf-8")


if __name__ == "__main__":
    main()
