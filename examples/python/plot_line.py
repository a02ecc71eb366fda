"""Draws how an image of a text line is read: the network's posteriors frame by frame, where each character was found,
and how sure it is.

    python examples/python/plot_line.py MODEL IMAGE PLOT.png

The model, .onnx or .crnn, takes gray images and gives log-probabilities, batch first, as the bundled one does; the rest
stands in its metadata (docs/metadata.md). Needs Pillow and matplotlib.
"""

import argparse
import math
import sys

import crnn
import matplotlib
import numpy as np
from PIL import Image

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402


def network_input(model, image):
    """The image as the network takes it: gray, of its height, scaled; [1, 1, H, W]."""
    height = int(model.metadata["crnn.image.height"])
    width = math.ceil(height * image.width / image.height)
    pixels = np.asarray(image.resize((width, height), Image.Resampling.BILINEAR), np.float32)
    mean, scale = float(model.metadata["crnn.image.mean"]), float(model.metadata["crnn.image.scale"])
    return ((pixels - mean) * scale)[None, None]


def plot(model, image, path):
    labels = model.metadata["crnn.labels"].split("\n")
    blank = int(model.metadata["crnn.blank"])
    (scores,) = model.run({model.inputs[0].name: network_input(model, image)}).values()
    scores = scores[0]  # [T, C]
    best = crnn.ctc.BeamSearch(labels, blank, width=50)(scores)[0]

    texts = labels[:blank] + ["blank"] + labels[blank:]
    frames = len(scores)
    probabilities = np.exp(scores)
    # The classes of the text, and what else the network thought of.
    considered = set(best.tokens) | set(np.flatnonzero(probabilities.max(axis=0) > 0.1).tolist())
    rows = [blank, *sorted(considered - {blank})]
    figure, (top, middle, bottom) = plt.subplots(
        3, 1, sharex=True, figsize=(9, 6), gridspec_kw={"height_ratios": [1.2, 4, 1.2]}, layout="constrained")

    top.imshow(image, cmap="gray", aspect="auto", extent=(0, frames, 0, 1))
    top.set_yticks([])
    top.set_title(f"{best.text!r}, P = {best.confidence:.3f}")

    middle.imshow(probabilities[:, rows].T, cmap="Blues", aspect="auto", vmin=0, vmax=1,
                  extent=(0, frames, len(rows), 0), interpolation="nearest")
    middle.set_yticks(np.arange(len(rows)) + 0.5, ["␣" if texts[row] == " " else texts[row] for row in rows], fontsize=7)
    middle.set_ylabel("posteriors")
    for token, (start, end) in zip(best.tokens, best.frames):
        middle.add_patch(plt.Rectangle((start, rows.index(token)), end - start, 1, fill=False, color="tab:orange"))

    for token, (start, end), confidence in zip(best.tokens, best.frames, best.confidences):
        bottom.bar((start + end) / 2, confidence, end - start, color="tab:green" if confidence > 0.9 else "tab:red")
        bottom.text((start + end) / 2, 1.04, texts[token], ha="center", fontsize=9)
    bottom.set_ylim(0, 1.25)
    bottom.set_yticks([0, 0.5, 1])
    bottom.set_ylabel("confidence")
    bottom.set_xlabel("frame")
    figure.savefig(path, dpi=100)


def main() -> int:
    parser = argparse.ArgumentParser(description="Draws how an image of a text line is read.")
    parser.add_argument("model")
    parser.add_argument("image")
    parser.add_argument("plot")
    options = parser.parse_args()
    try:
        with Image.open(options.image) as image:
            plot(crnn.Model(options.model), image.convert("L"), options.plot)
    except (crnn.Error, OSError) as error:
        print(f"plot_line.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
