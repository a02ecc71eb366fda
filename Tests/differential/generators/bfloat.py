"""bfloat16, which its own values alone have: the oracle computes in single precision and rounds."""

from __future__ import annotations

from onnx import TensorProto

from ..builder import Builder, Skip
from . import generator


@generator("bfloat16", domain="of several")
def chain(b: Builder, _: str) -> None:
    """One operator between values of bfloat16."""
    operator = b.choose(("Add", "Mul", "Div", "Relu", "Sigmoid", "Tanh", "Exp", "Softmax", "MatMul", "Gemm", "ReduceMean",
                         "ReduceSum", "Transpose", "Concat", "Neg", "LayerNormalization", "Erf", "Sum"))
    if b.opset < 13 or not b.has(operator) or b.since(operator) < 13:
        raise Skip
    rank = 2 if operator == "Gemm" else b.integer(1, 4)
    shape = b.shape(rank)
    if 0 in shape:
        raise Skip

    def value(shape, low: float = -3) -> str:
        return b.node("Cast", [b.leaf(b.array("float32", shape, low))], to=TensorProto.BFLOAT16)[0]

    inputs, attributes = [value(shape)], {}
    if operator in ("Add", "Mul", "Sum"):
        inputs.append(value(b.broadcastable(shape)))
    elif operator == "Div":
        inputs.append(value(b.broadcastable(shape), 0.5))
    elif operator in ("MatMul", "Gemm"):
        inputs.append(value((shape[-1], b.size(2))))
    elif operator == "LayerNormalization":
        inputs.append(value(shape[-1:]))
    elif operator == "Concat":
        inputs, attributes = inputs * 2, {"axis": b.integer(0, rank - 1)}
    elif operator == "ReduceMean" and b.opset < 18:
        attributes = {"axes": [b.integer(0, rank - 1)]}
    b.node(operator, inputs, **attributes)
