"""LSTM, GRU and RNN as plain loops over the specification's equations: ONNX's evaluator has their defaults alone."""

from __future__ import annotations

from typing import Callable, List, Optional

import numpy as np

from .cases import Node

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
_DEFAULTS = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"]}

# By lower-case name: the defaults of alpha and beta, None where the function has none; and the function.
_FUNCTIONS = {
    "sigmoid": (None, None, lambda x, a, b: 1 / (1 + np.exp(-x))),
    "tanh": (None, None, lambda x, a, b: np.tanh(x)),
    "relu": (None, None, lambda x, a, b: np.maximum(x, 0)),
    "affine": (1.0, 0.0, lambda x, a, b: a * x + b),
    "leakyrelu": (0.01, None, lambda x, a, b: np.where(x < 0, a * x, x)),
    "thresholdedrelu": (1.0, None, lambda x, a, b: np.where(x >= a, x, 0)),
    "scaledtanh": (1.0, 1.0, lambda x, a, b: a * np.tanh(b * x)),
    "hardsigmoid": (0.2, 0.5, lambda x, a, b: np.clip(a * x + b, 0, 1)),
    "elu": (1.0, None, lambda x, a, b: np.where(x < 0, a * np.expm1(np.minimum(x, 0)), x)),
    "softsign": (None, None, lambda x, a, b: x / (1 + np.abs(x))),
    "softplus": (None, None, lambda x, a, b: np.logaddexp(0, x)),
}


def by_loop(node: Node, inputs: List[Optional[np.ndarray]]) -> List[Optional[np.ndarray]]:
    """The outputs, computed in double precision."""
    attributes, kind = node.attributes, inputs[0].dtype
    lengths = inputs[4] if len(inputs) > 4 else None
    x, w, r, b, _, *more = [None if a is None else a.astype(np.float64) for a in inputs] + [None] * (8 - len(inputs))
    steps, batch, _ = x.shape
    directions, hidden = r.shape[0], r.shape[-1]
    if attributes.get("layout") or x.size == 0 or w.shape[0] != directions:
        raise ValueError("not a form that this computes")
    names = attributes.get("activations") or _DEFAULTS[node.type] * directions
    functions = _functions(names, attributes)
    each = len(names) // directions
    y = np.zeros((steps, directions, batch, hidden))
    states = [np.zeros((directions, batch, hidden)) if s is None else s.copy() for s in more[:2]]
    b = np.zeros((directions, 2 * GATES[node.type] * hidden)) if b is None else b
    peepholes = np.zeros((directions, 3 * hidden)) if more[2] is None else more[2]
    with np.errstate(all="ignore"):
        for d in range(directions):
            cell = _cell(node, w[d], r[d], b[d], peepholes[d], functions[d * each:(d + 1) * each])
            backwards = d == 1 or attributes.get("direction") == "reverse"
            for n in range(batch):
                order = range(steps if lengths is None else int(lengths[n]))
                for t in reversed(order) if backwards else order:
                    states[0][d, n], states[1][d, n] = cell(x[t, n], states[0][d, n], states[1][d, n])
                    y[t, d, n] = states[0][d, n]
    outputs = [y] + states
    return [outputs[i].astype(kind) if name else None for i, name in enumerate(node.outputs)]


def _functions(names: List[str], attributes: dict) -> List[Callable]:
    """Functions take their parameters from the lists in turn; those that have none take none."""
    alphas = list(attributes.get("activation_alpha") or [])
    betas = list(attributes.get("activation_beta") or [])
    result = []
    for name in names:
        alpha, beta, function = _FUNCTIONS[name.lower()]
        alpha = alphas.pop(0) if alpha is not None and alphas else alpha
        beta = betas.pop(0) if beta is not None and betas else beta
        result.append(lambda x, function=function, alpha=alpha, beta=beta: function(x, alpha, beta))
    return result


def _cell(node: Node, w, r, b, p, functions) -> Callable:
    """One step of one sequence: of its input and its states, the new states."""
    limit = node.attributes.get("clip") or np.inf
    wb, rb = np.split(b, 2)
    # The cell state is no gate's input: ONNX Runtime does not clip it either.
    clipped = [lambda x, function=function: function(np.clip(x, -limit, limit)) for function in functions[:2]]
    f, g, h = (clipped + functions[2:] + [None] * 2)[:3]

    def rnn(x, before, unused):
        return f(w @ x + r @ before + wb + rb), unused

    def gru(x, before, unused):
        wz, wr, wh = np.split(w @ x + wb, 3)
        rz, rr, rh = np.split(r @ before + rb, 3)
        update, reset = f(wz + rz), f(wr + rr)
        if not node.attributes.get("linear_before_reset"):
            rh, reset = r[2 * len(before):] @ (reset * before) + rb[2 * len(before):], 1
        return (1 - update) * g(wh + reset * rh) + update * before, unused

    def lstm(x, before, cell):
        i, o, forget, c = np.split(w @ x + r @ before + wb + rb, 4)
        pi, po, pf = np.split(p, 3)
        i = f(i + pi * cell)
        forget = 1 - i if node.attributes.get("input_forget") else f(forget + pf * cell)
        cell = forget * cell + i * g(c)
        return f(o + po * cell) * h(cell), cell

    return {"RNN": rnn, "GRU": gru, "LSTM": lstm}[node.type]
