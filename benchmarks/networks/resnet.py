"""A line reader on residual blocks (He et al. 2016), with a BiLSTM of 512 units and the 8,000 classes of a Chinese or
Japanese alphabet.

image [N, 3, 32, W] -> log_probabilities [T, N, 8000], T about W / 4.
"""

from __future__ import annotations

import onnx

from .builder import NetworkBuilder

CLASSES = 8000
HIDDEN = 512

#: channels, blocks, strides of the first
STAGES = [(64, 2, [1, 1]), (128, 2, [2, 2]), (256, 2, [2, 1]), (512, 2, [2, 1])]


def block(net: NetworkBuilder, x: str, inputs: int, outputs: int, strides: list[int]) -> str:
    y = net.relu(net.convolution(x, inputs, outputs, [3, 3], strides, normalised=True))
    y = net.convolution(y, outputs, outputs, [3, 3], normalised=True, gain=1)
    if inputs != outputs or strides != [1, 1]:
        x = net.convolution(x, inputs, outputs, [1, 1], strides, normalised=True, gain=1)
    return net.relu(net.node("Add", x, y))


def resnet() -> onnx.ModelProto:
    net = NetworkBuilder("resnet_reader")
    x = net.input("image", ["N", 3, 32, "W"])
    x = net.relu(net.convolution(x, 3, 64, [3, 3], [1, 1], normalised=True))
    x = net.max_pool(x, [2, 2])
    channels = 64
    for outputs, count, strides in STAGES:
        for index in range(count):
            x = block(net, x, channels, outputs, strides if index == 0 else [1, 1])
            channels = outputs
    x = net.node("AveragePool", x, kernel_shape=[2, 1], strides=[2, 1])
    x = net.recurrent("LSTM", net.columns(x), channels, HIDDEN)
    x = net.linear(x, 2 * HIDDEN, CLASSES)
    net.output(net.node("LogSoftmax", x, axis=2), "log_probabilities", ["T", "N", CLASSES])
    return net.model()
