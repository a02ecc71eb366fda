"""Operators that work element by element."""

from __future__ import annotations

import numpy as np

from ..builder import Builder, Skip
from . import generator

FLOATS = ("float32", "float16", "float64")
_INTEGERS = ("int64", "int32", "int8", "uint8")

# Attributes with the range to draw them from.
_ATTRIBUTES = {
    "LeakyRelu": {"alpha": (-0.5, 0.5)},
    "Elu": {"alpha": (0.2, 2)},
    "Selu": {"alpha": (0.5, 2), "gamma": (0.5, 2)},
    "Celu": {"alpha": (0.3, 2)},
    "HardSigmoid": {"alpha": (0.1, 0.6), "beta": (0.1, 0.9)},
    "ThresholdedRelu": {"alpha": (0.2, 1.5)},
    "Shrink": {"lambd": (0.1, 1.5), "bias": (-0.5, 1)},
    "Swish": {"alpha": (0.5, 2)},
}


@generator("Relu", "LeakyRelu", "Elu", "Selu", "Celu", "HardSigmoid", "ThresholdedRelu", "Shrink", "Swish", "Sigmoid",
           "Tanh", "HardSwish", "Mish", "Softplus", "Softsign", "Erf", "Gelu", "Sqrt", "Exp", "Log", "Abs", "Neg",
           "Reciprocal", "Floor", "Ceil", "Round", "Sign", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh",
           "Asinh", "Acosh", "Atanh", "Not", "IsNaN", "IsInf", weight=0.5)
def unary(b: Builder, operator: str) -> None:
    attributes = {name: round(b.random.uniform(*limits), 3)
                  for name, limits in _ATTRIBUTES.get(operator, {}).items() if b.chance(0.6)}
    if operator == "Gelu" and b.chance(0.6):
        attributes["approximate"] = b.choose(("none", "tanh"))
    if operator == "IsInf":
        attributes = {name: b.integer(0, 1) for name in ("detect_positive", "detect_negative") if b.chance(0.5)}
    b.node(operator, [b.value(b.type_for(operator))], **attributes)


def pair(b: Builder, types, test=lambda a: True):
    """Two values of one type that broadcast."""
    left = b.value(types, test=test)
    array = b.values[left]
    fitting = [n for n in b.computed if b.values[n].dtype == array.dtype and b.values[n].shape == array.shape]
    if fitting and b.chance(0.3):
        right = b.choose(fitting)
    else:
        right = b.new(array.dtype.name, b.broadcastable(array.shape))
    return (left, right) if b.chance(0.7) else (right, left)


@generator("Add", "Sub", "Mul", weight=1.5)
def arithmetic(b: Builder, operator: str) -> None:
    b.node(operator, pair(b, b.type_for(operator)))


@generator("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or", "Xor", weight=0.7)
def comparison(b: Builder, operator: str) -> None:
    b.node(operator, pair(b, b.type_for(operator)))


@generator("Div", "Mod")
def division(b: Builder, operator: str) -> None:
    dtype = b.type_for(operator)
    left = b.value(dtype)
    shape = b.broadcastable(b.values[left].shape)
    divisor = b.array(dtype, shape)
    divisor = np.where(np.abs(divisor.astype(np.float64)) < 0.2, np.asarray(2, dtype), divisor).astype(dtype)
    attributes = {}
    if operator == "Mod" and (dtype in FLOATS or b.chance(0.4)):
        attributes["fmod"] = 1
    b.node(operator, [left, b.leaf(divisor)], **attributes)


@generator("Pow")
def power(b: Builder, operator: str) -> None:
    dtype = b.type_for("Pow")
    base = b.value(dtype)
    exponent = b.type_for("Pow", 1) if b.since("Pow") >= 12 else dtype
    whole = exponent in _INTEGERS or dtype in _INTEGERS or b.chance(0.5)
    array = b.array(exponent, b.broadcastable(b.values[base].shape), 0, 3 if exponent in FLOATS else 1)
    b.node("Pow", [base, b.leaf(np.round(array) if whole else array)])


@generator("Min", "Max", "Sum", "Mean")
def variadic(b: Builder, operator: str) -> None:
    first = b.value(b.type_for(operator))
    array = b.values[first]
    names = [first] + [b.new(array.dtype.name, b.broadcastable(array.shape, one_way=True))
                       for _ in range(b.integer(0, 3))]
    b.random.shuffle(names)
    b.node(operator, names)


@generator("Where")
def where(b: Builder, operator: str) -> None:
    value = b.value(b.type_for("Where", 1))
    array = b.values[value]
    condition = b.new("bool", b.broadcastable(array.shape, one_way=b.chance(0.6)))
    other = b.new(array.dtype.name, b.broadcastable(array.shape, one_way=True))
    b.node("Where", [condition, value, other] if b.chance(0.5) else [condition, other, value])


@generator("Clip")
def clip(b: Builder, operator: str) -> None:
    value = b.value(b.type_for("Clip"))
    dtype = b.values[value].dtype.name
    low, high = sorted((b.random.uniform(-2, 2), b.random.uniform(-2, 2)))
    if b.since("Clip") < 11:
        b.node("Clip", [value], min=low if b.chance(0.7) else None, max=high if b.chance(0.7) else None)
        return
    limits = [b.weight(b.array(dtype, (), x, x)) if b.chance(0.7) else None for x in (low, high)]
    b.node("Clip", [value] + limits)


@generator("PRelu")
def prelu(b: Builder, operator: str) -> None:
    value = b.value(b.type_for("PRelu"))
    array = b.values[value]
    b.node("PRelu", [value, b.weight(b.array(array.dtype.name, b.broadcastable(array.shape, one_way=True), -1, 1))])


@generator("Identity", "Dropout", weight=0.4)
def identity(b: Builder, operator: str) -> None:
    value = b.value(b.type_for(operator))
    outputs = [True, operator == "Dropout" and b.chance(0.3)]
    if operator == "Identity" or b.since("Dropout") >= 12:
        inputs = [value]
        if operator == "Dropout" and b.chance(0.4):
            inputs.append(b.weight(np.asarray(0.4, np.float32)))
            if b.chance(0.5):
                inputs.append(b.weight(np.asarray(False)))
        b.node(operator, inputs, outputs)
    else:
        b.node(operator, [value], outputs, ratio=0.4 if b.chance(0.5) else None)


@generator("Cast", "CastLike")
def cast(b: Builder, operator: str) -> None:
    source, target = b.type_for(operator), b.choose(("float32", "float16", "float64", "int64", "int32", "int8", "uint8", "bool"))
    value = b.value(source)
    if operator == "Cast":
        from onnx import helper
        b.node("Cast", [value], to=helper.np_dtype_to_tensor_dtype(np.dtype(target)))
    else:
        b.node("CastLike", [value, b.new(target, b.shape())])


THEME = ["Add", "Sub", "Mul", "Div", "Relu", "Sigmoid", "Tanh", "Exp", "Erf", "Sqrt", "Where", "Clip", "Pow", "Less",
         "Equal", "Cast", "And", "Not", "Min", "Max", "Sum", "Mean", "ReduceMean", "ReduceSum", "Softmax", "Neg", "Gelu",
         "HardSwish", "LeakyRelu", "Unsqueeze", "Expand", "Transpose"]
