"""The network of Shi, Bai and Yao, "An End-to-End Trainable Neural Network for Image-based Sequence Recognition"
(2015): seven convolutions and two bidirectional recurrent layers of 256 units, for 36 characters and the blank.

image [N, 1, 32, W], W at least 4 -> log_probabilities [W / 4 + 1, N, 37].
"""

from __future__ import annotations

import onnx

from .builder import NetworkBuilder

CLASSES = 37


def vgg(kind: str, hidden: int = 256) -> onnx.ModelProto:
    """`kind` is "LSTM" or "GRU"."""
    net = NetworkBuilder(f"vgg_bi{kind.lower()}")
    x = net.input("image", ["N", 1, 32, "W"])

    def convolution(x: str, inputs: int, outputs: int, normalised: bool = False) -> str:
        return net.relu(net.convolution(x, inputs, outputs, [3, 3], normalised=normalised))

    x = net.max_pool(convolution(x, 1, 64), [2, 2])
    x = net.max_pool(convolution(x, 64, 128), [2, 2])
    x = convolution(x, 128, 256, normalised=True)
    x = net.max_pool(convolution(x, 256, 256), [2, 2], [2, 1], (0, 1))
    x = convolution(x, 256, 512, normalised=True)
    x = net.max_pool(convolution(x, 512, 512), [2, 2], [2, 1], (0, 1))
    x = net.relu(net.convolution(x, 512, 512, [2, 2], padding=[0, 0], normalised=True))

    x = net.recurrent(kind, net.columns(x), 512, hidden)
    x = net.recurrent(kind, net.linear(x, 2 * hidden, hidden), hidden, hidden)
    scores = net.node("LogSoftmax", net.linear(x, 2 * hidden, CLASSES), axis=2)
    net.output(scores, "log_probabilities", ["T", "N", CLASSES])
    return net.model()
