"""A small speech recogniser: two 1-D convolutions over mel bands that halve the frames each, three bidirectional GRU
layers, 29 classes.

features [N, 80, T] -> log_probabilities [T / 4, N, 29].
"""

from __future__ import annotations

import onnx

from .builder import NetworkBuilder

CLASSES = 29
HIDDEN = 256


def speech() -> onnx.ModelProto:
    net = NetworkBuilder("speech")
    x = net.input("features", ["N", 80, "T"])
    x = net.relu(net.convolution(x, 80, 256, [5], [2], normalised=True))
    x = net.relu(net.convolution(x, 256, 256, [5], [2], normalised=True))
    x = net.node("Transpose", x, perm=[2, 0, 1])
    for inputs in (256, 2 * HIDDEN, 2 * HIDDEN):
        x = net.recurrent("GRU", x, inputs, HIDDEN)
    net.output(net.node("LogSoftmax", net.linear(x, 2 * HIDDEN, CLASSES), axis=2), "log_probabilities",
               ["F", "N", CLASSES])
    return net.model()
