"""What is measured: networks with their inputs, and the ratio to the best fp32 peer that each is to reach."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass
from typing import Callable, Optional

import numpy as np

from .networks import network

ROOT = pathlib.Path(__file__).resolve().parents[1]
#: Models of others, which a checkout may have beside it; see SOURCES.md there.
SHARED = ROOT.parent / "shared" / "models"

Inputs = dict[str, np.ndarray]


@dataclass(frozen=True)
class Case:
    name: str
    #: The model's file, made or looked for in the folder given.
    model: Callable[[pathlib.Path], pathlib.Path]
    inputs: Callable[[], Inputs]
    #: Best fp32 peer's time divided by crnn's, one thread.
    target: Optional[float] = None


def random_input(name: str, *shape: int) -> Inputs:
    return {name: np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)}


def own(name: str, suffix: str, target: float, inputs: Callable[[], Inputs]) -> Case:
    """A case on one of our own networks."""
    return Case(f"{name} {suffix}", lambda folder: network(name, folder), inputs, target)


def image(name: str, batch: int, channels: int, width: int, target: float) -> Case:
    return own(name, f"{batch}×32×{width}", target, lambda: random_input("image", batch, channels, 32, width))


def shared(name: str, file: str, golden: str, target: float) -> list[Case]:
    """A case on a model of others with the inputs of its golden file, if it is there."""
    path, inputs = SHARED / file, SHARED / golden

    def load() -> Inputs:
        with np.load(inputs) as arrays:
            return {key[3:]: arrays[key] for key in arrays.files if key.startswith("in_")}

    return [Case(name, lambda folder: path, load, target)] if path.exists() and inputs.exists() else []


def all_cases() -> list[Case]:
    cases = []
    for name in ("vgg_bilstm", "vgg_bigru"):
        cases += [image(name, 1, 1, 100, 2.0), image(name, 1, 1, 320, 2.5), image(name, 8, 1, 320, 2.5)]
    cases += [
        image("mobilenet_reader", 1, 3, 320, 1.7),
        image("resnet_reader", 1, 3, 320, 1.7),
        own("speech", "1×80×400", 1.7, lambda: random_input("features", 1, 80, 400)),
        own("streaming_step", "32 ms", 2.5, lambda: {
            **random_input("sound", 1, 1, 512), **random_input("hidden", 1, 1, 128),
            **random_input("cell", 1, 1, 128)}),
    ]
    ppocr = "ppocr-en-number-v2/en_number_mobile_v2.0_rec_infer"
    cases += shared("ppocr-en-number-v2", f"{ppocr}.onnx", f"{ppocr}.golden0.npz", 1.7)
    cases += shared("sat-captcha", "sat-captcha/model.onnx", "sat-captcha/model.golden0.npz", 1.7)
    cases += shared("gtcrn frame", "gtcrn/gtcrn_simple.onnx", "gtcrn/gtcrn_simple.golden0.npz", 2.5)
    return cases
