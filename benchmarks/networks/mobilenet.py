"""A line reader with the blocks of MobileNetV3 (Howard et al. 2019), as light OCR models have them: depthwise
convolutions, hard-swish, squeeze-and-excitation, strides that shrink the height only, two bidirectional LSTM layers.

image [N, 3, 32, W] -> log_probabilities [T, N, 97], T about W / 4.
"""

from __future__ import annotations

import onnx

from .builder import NetworkBuilder

CLASSES = 97
HIDDEN = 96

#: kernel, expansion, outputs, squeeze-and-excitation, hard-swish, stride of the height
BLOCKS = [
    (3, 16, 16, True, False, 1),
    (3, 72, 24, False, False, 2),
    (3, 88, 24, False, False, 1),
    (5, 96, 40, True, True, 2),
    (5, 240, 40, True, True, 1),
    (5, 240, 40, True, True, 1),
    (5, 120, 48, True, True, 1),
    (5, 144, 48, True, True, 1),
    (5, 288, 96, True, True, 2),
    (5, 576, 96, True, True, 1),
    (5, 576, 96, True, True, 1),
]


class MobileNet:
    """Adds blocks to a network."""

    def __init__(self, net: NetworkBuilder) -> None:
        self.net = net

    def activation(self, x: str, hard_swish: bool) -> str:
        """Hard-swish as exporters of opset 13 and before wrote it: x · hard-sigmoid(x)."""
        if not hard_swish:
            return self.net.relu(x)
        return self.net.node("Mul", x, self.net.node("HardSigmoid", x, alpha=1 / 6, beta=0.5))

    def excitation(self, x: str, channels: int) -> str:
        squeezed = max(8, channels // 4)
        y = self.net.node("GlobalAveragePool", x)
        y = self.net.relu(self.net.convolution(y, channels, squeezed, [1, 1]))
        y = self.net.convolution(y, squeezed, channels, [1, 1], gain=1)
        return self.net.node("Mul", x, self.net.node("HardSigmoid", y, alpha=0.2, beta=0.5))

    def block(self, x: str, inputs: int, kernel: int, expanded: int, outputs: int, excited: bool, swish: bool,
              stride: int) -> str:
        net = self.net
        y = self.activation(net.convolution(x, inputs, expanded, [1, 1], normalised=True), swish)
        y = net.convolution(y, expanded, expanded, [kernel, kernel], [stride, 1], groups=expanded, normalised=True)
        y = self.activation(y, swish)
        if excited:
            y = self.excitation(y, expanded)
        y = net.convolution(y, expanded, outputs, [1, 1], normalised=True, gain=1)
        return net.node("Add", x, y) if inputs == outputs and stride == 1 else y


def mobilenet() -> onnx.ModelProto:
    net = NetworkBuilder("mobilenet_reader")
    blocks = MobileNet(net)
    x = net.input("image", ["N", 3, 32, "W"])
    x = blocks.activation(net.convolution(x, 3, 16, [3, 3], [2, 2], normalised=True), True)
    channels = 16
    for kernel, expanded, outputs, excited, swish, stride in BLOCKS:
        x = blocks.block(x, channels, kernel, expanded, outputs, excited, swish, stride)
        channels = outputs
    x = blocks.activation(net.convolution(x, channels, 288, [1, 1], normalised=True), True)
    x = net.max_pool(x, [2, 2])
    x = net.recurrent("LSTM", net.columns(x), 288, HIDDEN)
    x = net.recurrent("LSTM", x, 2 * HIDDEN, HIDDEN)
    scores = net.node("LogSoftmax", net.linear(x, 2 * HIDDEN, CLASSES), axis=2)
    net.output(scores, "log_probabilities", ["T", "N", CLASSES])
    return net.model()
