"""One step of a streaming network, as voice-activity and keyword models have it: 32 ms of sound at 16 kHz through 1-D
convolutions and an LSTM whose state goes in and comes out.

sound [1, 1, 512], hidden [1, 1, 128], cell [1, 1, 128] -> probability [1, 1, 1], next_hidden, next_cell.
"""

from __future__ import annotations

import onnx

from .builder import NetworkBuilder

HIDDEN = 128


def streaming() -> onnx.ModelProto:
    net = NetworkBuilder("streaming_step")
    x = net.input("sound", [1, 1, 512])
    state = [net.input(name, [1, 1, HIDDEN]) for name in ("hidden", "cell")]
    x = net.relu(net.convolution(x, 1, 64, [64], [32], [16]))
    x = net.relu(net.convolution(x, 64, 96, [3], [2]))
    x = net.relu(net.convolution(x, 96, 128, [3], [2]))
    x = net.node("Transpose", x, perm=[2, 0, 1])
    _, hidden, cell = net.nodes(
        "LSTM", x, *net.recurrent_weights("LSTM", 128, HIDDEN, 1), "", *state, hidden_size=HIDDEN,
        outputs=["", "last_hidden", "last_cell"])
    probability = net.node("Sigmoid", net.linear(net.relu(hidden), HIDDEN, 1))
    net.output(probability, "probability", [1, 1, 1])
    net.output(hidden, "next_hidden", [1, 1, HIDDEN])
    net.output(cell, "next_cell", [1, 1, HIDDEN])
    return net.model()
