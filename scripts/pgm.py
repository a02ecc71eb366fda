"""Writes the bundled images as raw PGM files for C tests, which need no image library then.

    python scripts/pgm.py examples/images build/test-images
"""

import pathlib
import sys

from PIL import Image


def main() -> None:
    source, target = map(pathlib.Path, sys.argv[1:3])
    target.mkdir(parents=True, exist_ok=True)
    lines = (source / "expected.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines:
        name = line.split("\t")[0]
        Image.open(source / name).convert("L").save(target / (pathlib.Path(name).stem + ".pgm"))


if __name__ == "__main__":
    main()
