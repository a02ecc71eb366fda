"""Reads images of text lines and prints text, confidence and where each character stands.

    python examples/python/read_line.py MODEL IMAGE...

The model, .onnx or .crnn, describes its own images and labels (docs/metadata.md).
Needs Pillow to open the images.
"""

import argparse
import sys

import crnn


def main() -> int:
    parser = argparse.ArgumentParser(description="Reads images of text lines.")
    parser.add_argument("model")
    parser.add_argument("images", nargs="+", metavar="image")
    options = parser.parse_args()

    try:
        model = crnn.Model(options.model)
        for path in options.images:
            reading = model.read(path)
            print(f"{path}: {reading.text} ({reading.confidence:.2f})")
            for character in reading.characters:
                end = character.x + character.width
                print(f"  {character.text!r} at {character.x:.0f} to {end:.0f} pixels, {character.confidence:.2f}")
    except crnn.Error as error:
        print(f"read_line.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
