"""The ratios as a picture."""

from __future__ import annotations

import pathlib
from typing import Sequence

from .peers import OURS, PEERS
from .sidebyside import Result

COLOURS = {"onnxruntime": "#5b8db8", "openvino": "#7a5ba6", "ncnn": "#4aa38a", "mnn": "#c9a227", "opencv": "#b0b0b0"}
#: Bars end here; longer ones say so.
WIDEST = 6.0


def plot(results: Sequence[Result], path: pathlib.Path) -> None:
    """For each case every float32 peer's time divided by crnn's, one thread."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "crnn"
    from matplotlib import pyplot

    shown = [result for result in results if result.headline]
    if not shown:
        return
    names = [name for name, peer in PEERS.items() if peer.ranked]
    height = 0.8 / len(names)
    figure, axes = pyplot.subplots(figsize=(8, 1.2 + 0.62 * len(shown)))
    for offset, name in enumerate(names):
        places, lengths = [], []
        for row, result in enumerate(shown):
            against = result.against(name)
            if against is None:
                continue
            place = row - 0.4 + height * (offset + 0.5)
            places.append(place)
            lengths.append(min(WIDEST, against.median))
            axes.text(min(WIDEST, against.median) + 0.03, place, f"{against.median:.2f}", va="center", fontsize=6)
        axes.barh(places, lengths, height, label=name, color=COLOURS.get(name))
    for row, result in enumerate(shown):
        if result.case.target:
            axes.plot([result.case.target] * 2, [row - 0.42, row + 0.42], color="black", linewidth=1)
    axes.axvline(1, color="#c0392b", linewidth=1.2)
    axes.set_yticks(range(len(shown)), [result.case.name for result in shown], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, WIDEST + 0.5)
    axes.set_xlabel(f"time of the peer ÷ time of {OURS}, one thread; red: equal, black: the target", fontsize=8)
    axes.legend(fontsize=7, loc="lower right")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
