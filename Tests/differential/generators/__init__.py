"""How nodes are made at random: a function a family, under the names of its operators."""

from __future__ import annotations

from typing import Callable, Dict, List

#: By operator: adds a node of it to a builder, with what else that needs; raises Skip where it cannot.
GENERATORS: Dict[str, Callable] = {}
#: By operator: how often it is tried, 1 being usual.
WEIGHTS: Dict[str, float] = {}
#: Those of another domain than ONNX's.
DOMAINS: Dict[str, str] = {}


def generator(*operators: str, weight: float = 1, domain: str = ""):
    """Registers a function `(builder, operator)` for operators."""

    def register(function: Callable) -> Callable:
        for operator in operators:
            GENERATORS[operator] = function
            WEIGHTS[operator] = weight
            if domain:
                DOMAINS[operator] = domain
        return function

    return register


from . import (  # noqa: E402  Each registers its own.
    bfloat, control, convolution, elementwise, indexing, matrix, microsoft, movement, normalization, quantized, recurrent,
    reduction, signal,
)

#: What a graph is about: operators that its nodes are drawn from. None means all.
THEMES: List = [None, None, None] + [
    convolution.THEME, recurrent.THEME, movement.THEME, elementwise.THEME, quantized.THEME,
    microsoft.THEME,
]
