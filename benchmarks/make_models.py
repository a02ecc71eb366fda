"""Writes the models that the benchmarks run, with random weights.

    python benchmarks/make_models.py build/benchmarks

Needs torch and onnx. The models are the same at every run: the weights come from
a fixed seed.

vgg_bilstm.onnx
    The network of Shi, Bai and Yao, "An End-to-End Trainable Neural Network for
    Image-based Sequence Recognition" (2015): seven convolutions and two
    bidirectional LSTM layers of 256 units, for 36 characters and the blank.
    image [N, 1, 32, W], W at least 4 -> log_probabilities [W / 4 + 1, N, 37].
    8.3 million parameters, 33 MB.
"""

from __future__ import annotations

import argparse
import pathlib

import onnx
import torch
from torch import Tensor, nn

SEED = 2015
CLASSES = 37


def convolution(inputs: int, outputs: int, kernel: int = 3, normalised: bool = False) -> list[nn.Module]:
    """A convolution and its ReLU, with batch normalisation between them if asked for."""
    padding = 1 if kernel == 3 else 0
    layers: list[nn.Module] = [nn.Conv2d(inputs, outputs, kernel, padding=padding)]
    if normalised:
        layers.append(nn.BatchNorm2d(outputs))
    return [*layers, nn.ReLU()]


class VGGReader(nn.Module):
    """Images [N, 1, 32, W] to log-probabilities [T, N, 37]."""

    def __init__(self, hidden: int = 256) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *convolution(1, 64), nn.MaxPool2d(2),
            *convolution(64, 128), nn.MaxPool2d(2),
            *convolution(128, 256, normalised=True),
            *convolution(256, 256), nn.MaxPool2d(2, (2, 1), (0, 1)),
            *convolution(256, 512, normalised=True),
            *convolution(512, 512), nn.MaxPool2d(2, (2, 1), (0, 1)),
            *convolution(512, 512, kernel=2, normalised=True),
        )
        self.first = nn.LSTM(512, hidden, bidirectional=True)
        self.between = nn.Linear(2 * hidden, hidden)
        self.second = nn.LSTM(hidden, hidden, bidirectional=True)
        self.classify = nn.Linear(2 * hidden, CLASSES)

    def forward(self, image: Tensor) -> Tensor:
        columns = self.features(image).squeeze(2).permute(2, 0, 1)
        sequence = self.between(self.first(columns)[0])
        return self.classify(self.second(sequence)[0]).log_softmax(2)


def initialise(model: nn.Module, seed: int) -> None:
    """He's initialisation before every ReLU, Glorot's elsewhere, so that activations
    stay of the order of one; batch statistics near, but not at, mean 0 and variance 1."""
    torch.manual_seed(seed)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            nn.init.uniform_(module.bias, -0.1, 0.1)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.8, 1.2)
            nn.init.uniform_(module.bias, -0.1, 0.1)
            nn.init.uniform_(module.running_mean, -0.1, 0.1)
            nn.init.uniform_(module.running_var, 0.8, 1.2)
        elif isinstance(module, (nn.LSTM, nn.Linear)):
            for name, weights in module.named_parameters():
                if "weight" in name:
                    nn.init.xavier_uniform_(weights)
                else:
                    nn.init.uniform_(weights, -0.1, 0.1)


def write_vgg_bilstm(path: pathlib.Path) -> None:
    model = VGGReader()
    initialise(model, SEED)
    torch.onnx.export(
        model.eval(), (torch.zeros(1, 1, 32, 100),), str(path), dynamo=False, opset_version=17,
        do_constant_folding=True, input_names=["image"], output_names=["log_probabilities"],
        dynamic_axes={"image": {0: "N", 3: "W"}, "log_probabilities": {0: "T", 1: "N"}},
    )
    onnx.checker.check_model(str(path), full_check=True)
    print(f"{path}: {path.stat().st_size:,} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="where the models go")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    write_vgg_bilstm(folder / "vgg_bilstm.onnx")


if __name__ == "__main__":
    main()
