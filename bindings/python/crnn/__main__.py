"""python -m crnn MODEL IMAGE...: reads line images and prints what they say.
python -m crnn profile MODEL: prints what the steps of a model take.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import List, Optional

import crnn

from . import _profile_command

DESCRIPTION = """\
Reads images of single text lines with a model that describes its own images
and labels, and prints one line for each: the path, the confidence (0 to 1) and
the text, separated by tabs.

`python -m crnn profile --help` tells how to see where a model spends its time."""

EXIT_CODES = """\
exit codes:
  0  every image was read
  1  the model or an image could not be read; the message is on stderr
  2  wrong usage"""


def arguments(values: Optional[List[str]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m crnn",
        description=DESCRIPTION,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", help="the model, .onnx or .crnn")
    parser.add_argument("images", nargs="+", metavar="image", help="an image file that Pillow can open")
    parser.add_argument("--threads", type=int, default=1, metavar="N",
                        help="threads to compute with; -1 for every processor (default: 1)")
    parser.add_argument("--characters", action="store_true",
                        help="below each line, print its characters with confidence, x and width in pixels")
    parser.add_argument("--version", action="version",
                        version=f"crnn {crnn.version()} ({crnn.instruction_set()} kernels)")
    return parser.parse_args(values)


def main(values: Optional[List[str]] = None) -> int:
    values = sys.argv[1:] if values is None else values
    if values[:1] == ["profile"]:
        return _profile_command.main(values[1:])
    options = arguments(values)
    try:
        session = crnn.Model(options.model).session(threads=options.threads)
    except crnn.Error as error:
        print(f"crnn: {error}", file=sys.stderr)
        return 1
    failed = False
    for path in options.images:
        try:
            reading = session.read(path)
        except (crnn.Error, ImportError) as error:
            # The message of a FileError names the file itself.
            place = "" if isinstance(error, crnn.FileError) else f"{path}: "
            print(f"crnn: {place}{error}", file=sys.stderr)
            failed = True
            continue
        print(f"{path}\t{reading.confidence:.4f}\t{reading.text}")
        if options.characters:
            for character in reading.characters:
                print(f"\t{character.text!r}\t{character.confidence:.4f}\t{character.x:.1f}\t{character.width:.1f}")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of the output has gone; nothing is left to be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)
