"""Operators that move elements, and those that compute shapes."""

from __future__ import annotations

import numpy as np
from onnx import numpy_helper

from ..builder import Builder, Skip
from ..cases import tensor
from . import generator


@generator("Shape", "Size")
def measure(b: Builder, operator: str) -> None:
    value = b.value(b.type_for(operator))
    attributes = {}
    if operator == "Shape" and b.since("Shape") >= 15:
        attributes = {n: b.integer(-4, 4) for n in ("start", "end") if b.chance(0.3)}
    b.node(operator, [value], **attributes)


@generator("Reshape", weight=1.5)
def reshape(b: Builder, operator: str) -> None:
    value = b.value(b.type_for("Reshape"))
    shape = list(b.values[value].shape)
    target, total = [], int(np.prod(shape))
    while total > 1 and len(target) < 4 and b.chance(0.8):
        factor = b.choose([f for f in range(1, total + 1) if total % f == 0])
        target.append(factor)
        total //= factor
    if total != 1 or b.chance(0.2):
        target.append(total)
    b.random.shuffle(target)
    for i in range(len(target)):
        if i < len(shape) and target[i] == shape[i] and target[i] and b.chance(0.5):
            target[i] = 0
    if target and b.chance(0.5) and 0 not in target:
        target[b.integer(0, len(target) - 1)] = -1
    allow = {"allowzero": b.integer(0, 1)} if b.since("Reshape") >= 14 and b.chance(0.3) else {}
    b.node("Reshape", [value, b.argument(target)], **allow)


@generator("Flatten")
def flatten(b: Builder, operator: str) -> None:
    value = b.value(b.type_for("Flatten"))
    rank = b.values[value].ndim
    axis = b.integer(-rank if b.since("Flatten") >= 11 else 0, rank)
    b.node("Flatten", [value], axis=axis if rank < 1 or b.chance(0.7) else None)


@generator("Transpose", weight=1.5)
def transpose(b: Builder, operator: str) -> None:
    value = b.value(b.type_for("Transpose"))
    order = list(range(b.values[value].ndim))
    b.random.shuffle(order)
    b.node("Transpose", [value], perm=order if order and b.chance(0.85) else None)


@generator("Squeeze")
def squeeze(b: Builder, operator: str) -> None:
    value = b.value(b.type_for("Squeeze"), (1, 2, 3, 4, 5), lambda a: 1 in a.shape)
    array = b.values[value]
    ones = [i for i, extent in enumerate(array.shape) if extent == 1]
    axes = b.random.sample(ones, b.integer(1, len(ones)))
    if b.opset >= 11:
        axes = [a - array.ndim if b.chance(0.4) else a for a in axes]
    given = b.chance(0.8)
    if b.since("Squeeze") >= 13:
        b.node("Squeeze", [value] + ([b.argument(axes)] if given else []))
    else:
        b.node("Squeeze", [value], axes=axes if given else None)


@generator("Unsqueeze")
def unsqueeze(b: Builder, operator: str) -> None:
    value = b.value(b.type_for("Unsqueeze"), (0, 1, 2, 3, 4))
    rank = b.values[value].ndim
    count = b.integer(1, 2)
    axes = b.random.sample(range(rank + count), count)
    if b.opset >= 11:
        axes = [a - rank - count if b.chance(0.4) else a for a in axes]
    if b.since("Unsqueeze") >= 13:
        b.node("Unsqueeze", [value, b.argument(axes)])
    else:
        b.node("Unsqueeze", [value], axes=axes)


@generator("Concat", weight=1.5)
def concat(b: Builder, operator: str) -> None:
    first = b.value(b.type_for("Concat"), (1, 2, 3, 4))
    array = b.values[first]
    axis = b.integer(-array.ndim if b.opset >= 11 else 0, array.ndim - 1)
    names = [first]
    for _ in range(b.integer(0, 3)):
        shape = list(array.shape)
        shape[axis] = b.size(high=4)
        fitting = [n for n in b.computed if b.values[n].dtype == array.dtype and b.values[n].shape == array.shape]
        names.append(b.choose(fitting) if fitting and b.chance(0.3) else b.new(array.dtype.name, shape))
    b.random.shuffle(names)
    b.node("Concat", names, axis=axis)


@generator("Split")
def split(b: Builder, operator: str) -> None:
    value = b.value(b.type_for("Split"), (1, 2, 3, 4), lambda a: max(a.shape) > 1)
    array, version = b.values[value], b.since("Split")
    axis = b.integer(-array.ndim if version >= 11 else 0, array.ndim - 1)
    extent = array.shape[axis]
    attributes = {"axis": axis} if axis or b.chance(0.5) else {}
    parts = b.integer(1, 3)
    if b.chance(0.5):
        cuts = sorted(b.integer(0 if b.chance(0.1) else min(1, extent), extent) for _ in range(parts - 1))
        sizes = [high - low for low, high in zip([0] + cuts, cuts + [extent])]
        if version >= 13:
            b.node("Split", [value, b.argument(sizes)], parts, **attributes)
        else:
            b.node("Split", [value], parts, split=sizes, **attributes)
    elif version >= 18:
        b.node("Split", [value], parts, num_outputs=parts, **attributes)
    else:
        b.node("Split", [value], b.choose([p for p in range(1, max(extent, 1) + 1) if extent % p == 0][:4]), **attributes)


@generator("Slice", weight=2)
def slices(b: Builder, operator: str) -> None:
    value = b.value(b.type_for("Slice"), (1, 2, 3, 4))
    shape = b.values[value].shape
    axes = b.random.sample(range(len(shape)), b.integer(1, len(shape)))
    steps = [b.choose((1, 1, 1, 2, 3, -1, -2)) for _ in axes]
    if b.since("Slice") < 10:
        steps = [1] * len(axes)
    starts, ends = [], []
    for axis, step in zip(axes, steps):
        extent = shape[axis]
        low, high = sorted((b.integer(-extent - 1, extent + 1), b.integer(-extent - 1, extent + 1)))
        if b.chance(0.2):
            high = b.choose((2**31 - 1, 2**63 - 1))
        start, end = (high, low) if step < 0 else (low, high)
        if step < 0 and b.chance(0.2):
            end = b.choose((-(2**31), -(2**63)))
        starts.append(start)
        ends.append(end)
    if b.since("Slice") < 10:
        consecutive = axes == list(range(len(axes)))
        b.node("Slice", [value], starts=starts, ends=ends, axes=None if consecutive and b.chance(0.5) else axes)
        return
    dtype = "int32" if b.chance(0.2) else "int64"
    limits = np.iinfo(dtype)
    starts, ends = (np.clip(np.asarray(x, object), limits.min, limits.max).astype(dtype) for x in (starts, ends))
    axes = [a - len(shape) if b.chance(0.3) else a for a in axes]
    inputs = [value, b.argument(starts, dtype), b.argument(ends, dtype)]
    if axes == list(range(len(axes))) and b.chance(0.5):
        inputs.append(None)
    else:
        inputs.append(b.argument(axes, dtype))
    if any(s != 1 for s in steps) or b.chance(0.3):
        inputs.append(b.argument(steps, dtype))
    b.node("Slice", inputs)


@generator("Expand", "Tile")
def expand(b: Builder, operator: str) -> None:
    value = b.value(b.type_for(operator), (0, 1, 2, 3, 4))
    shape = b.values[value].shape
    if operator == "Tile":
        b.node("Tile", [value, b.argument([b.choose((1, 1, 2, 3, 0) if b.chance(0.1) else (1, 1, 2, 3)) for _ in shape])])
        return
    target = [b.size(high=4) if extent == 1 else b.choose((1, extent)) for extent in shape]
    if b.chance(0.3):
        target = [b.size(high=3)] + target
    elif target and b.chance(0.2):
        target = target[1:]
    b.node("Expand", [value, b.argument(target)])


@generator("Pad", weight=1.5)
def pad(b: Builder, operator: str) -> None:
    value = b.value(b.type_for("Pad"), (1, 2, 3, 4))
    array, version = b.values[value], b.since("Pad")
    modes = ["constant", "reflect", "edge"] + (["wrap"] if version >= 19 else [])
    mode = b.choose(modes)
    axes = list(range(array.ndim))
    if version >= 18 and b.chance(0.3):
        axes = b.random.sample(axes, b.integer(1, len(axes)))

    def amount(extent: int) -> int:
        if mode == "constant":
            return b.integer(-1 if extent > 2 else 0, 3)
        if mode == "reflect":
            return b.integer(0, min(max(extent - 1, 0), 3))
        return b.integer(0, min(extent, 3))

    pads = [amount(array.shape[a]) for a in axes] + [amount(array.shape[a]) for a in axes]
    attributes = {"mode": mode} if mode != "constant" or b.chance(0.3) else {}
    if version < 11:
        b.node("Pad", [value], pads=pads, value=round(b.random.uniform(-2, 2), 2) if b.chance(0.4) else None, **attributes)
        return
    inputs = [value, b.argument(pads)]
    inputs.append(b.weight(b.array(array.dtype.name, ())) if b.chance(0.4) else None)
    if axes != list(range(array.ndim)) or (version >= 18 and b.chance(0.2)):
        dtype = b.choose(("int32", "int64"))
        inputs.append(b.argument([a - array.ndim if b.chance(0.3) else a for a in axes], dtype))
    b.node("Pad", inputs, **attributes)


@generator("Constant", weight=0.4)
def constant(b: Builder, operator: str) -> None:
    if b.opset < 12 or b.chance(0.4):
        b.node("Constant", [], value=tensor(b.array(b.choose(("float32", "int64", "bool", "float16")), b.shape())))
        return
    kind = b.choose(("value_int", "value_ints", "value_float", "value_floats"))
    numbers = [b.integer(-4, 4) for _ in range(b.integer(1, 4))]
    if "float" in kind:
        numbers = [n / 4 for n in numbers]
    b.node("Constant", [], **{kind: numbers if kind.endswith("s") else numbers[0]})


@generator("ConstantOfShape", weight=0.6)
def filled(b: Builder, operator: str) -> None:
    dtype = b.choose(("float32", "int64", "int32", "bool", "float64", "uint8", "float16"))
    value = tensor(b.array(dtype, (1,))) if b.chance(0.7) else None
    b.node(operator, [b.argument(b.shape((0, 1, 2, 3, 4)))], value=value)


@generator("Range", weight=0.6)
def arange(b: Builder, operator: str) -> None:
    dtype = b.type_for("Range", among=("float32", "float64", "int32", "int64"))
    start, step = b.integer(-5, 5), b.choose((1, 2, 3, -1, -2))
    numbers = [start, start + step * b.integer(0, 6) + b.integer(-1, 1), step]
    if dtype.startswith("float"):
        numbers = [n / 2 for n in numbers]
    b.node("Range", [b.argument(n, dtype) for n in numbers])


@generator("EyeLike", "Trilu", weight=0.8)
def diagonal(b: Builder, operator: str) -> None:
    if operator == "EyeLike":
        value = b.value(b.type_for(operator), 2)
        b.node(operator, [value], k=b.integer(-3, 3) if b.chance(0.6) else None, dtype=b.choose((None, None, 1, 7, 6, 11)))
        return
    value = b.value(b.type_for(operator), (2, 3, 4))
    inputs = [value] + ([b.argument(b.integer(-4, 4))] if b.chance(0.7) else [])
    b.node(operator, inputs, upper=b.integer(0, 1) if b.chance(0.6) else None)


@generator("DepthToSpace", "SpaceToDepth", weight=0.8)
def blocks(b: Builder, operator: str) -> None:
    block = b.choose((1, 2, 2, 3))
    types = b.type_for(operator)
    n, c, h, w = b.integer(1, 2), b.integer(1, 3), b.integer(1, 3), b.integer(1, 3)
    if operator == "SpaceToDepth":
        b.node(operator, [b.new(types, (n, c, h * block, w * block))], blocksize=block)
        return
    mode = b.choose((None, "DCR", "CRD")) if b.since(operator) >= 11 else None
    b.node(operator, [b.new(types, (n, c * block * block, h, w))], blocksize=block, mode=mode)


@generator("Upsample", weight=0.5)
def upsample(b: Builder, operator: str) -> None:
    linear = b.chance(0.4)
    value = b.value(b.type_for("Upsample", among=("float32", "int32", "uint8", "int8")), 4 if linear else (2, 3, 4), lambda a: a.size > 0)
    rank = b.values[value].ndim
    scales = [1.0] * (rank - 2) + [b.choose((1.0, 2.0, 3.0, 1.5)) for _ in range(2)]
    mode = "linear" if linear else b.choose((None, "nearest"))
    if b.since("Upsample") < 9:
        b.node("Upsample", [value], mode=mode, scales=scales)
    else:
        b.node("Upsample", [value, b.argument(scales, "float32")], mode=mode)


@generator("Resize", weight=1.5)
def resize(b: Builder, operator: str) -> None:
    version = b.since("Resize")
    dtype = b.type_for("Resize", among=("float32", "float64", "float16", "int32", "uint8", "int8"))
    mode = b.choose(("nearest", "nearest", "linear", "linear", "cubic"))
    value = b.value(dtype, 4 if mode == "cubic" else (3, 4), lambda a: a.size > 0)
    shape = b.values[value].shape
    if version == 10:
        mode = "linear" if mode == "cubic" else mode
        scales = [1.0] * (len(shape) - 2) + [b.choose((1.0, 2.0, 1.5, 0.5)) for _ in range(2)]
        b.node("Resize", [value, b.argument(scales, "float32")], mode=mode)
        return
    transform = b.choose(("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric") + (
        ("tf_half_pixel_for_nn",) if version < 13 and mode == "nearest" else ()) + (
        ("half_pixel_symmetric",) if version >= 19 else ()) + ("tf_crop_and_resize",))
    attributes = {"mode": mode, "coordinate_transformation_mode": transform}
    if mode == "nearest":
        attributes["nearest_mode"] = b.choose((None, "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"))
    if mode == "cubic":
        attributes["cubic_coeff_a"] = b.choose((None, -0.5))
        attributes["exclude_outside"] = b.choose((None, 1))
    roi, lead, whole = None, len(shape) - 2, b.values[value].dtype.kind in "iu"
    if whole and mode != "nearest" and transform in ("align_corners", "half_pixel_symmetric", "tf_crop_and_resize"):
        raise Skip  # Halves that rounding decides.
    if transform == "tf_crop_and_resize":
        low, high = [b.choose((0.0, 0.25)) for _ in range(2)], [b.choose((1.0, 0.75)) for _ in range(2)]
        roi = b.argument([0.0] * lead + low + [1.0] * lead + high, dtype="float32")
        attributes["extrapolation_value"] = b.choose((None, 1.5))
    elif version < 13:
        roi = b.argument(np.zeros(0), "float32")
    if version >= 18 and mode != "nearest" and transform != "tf_crop_and_resize" and b.chance(0.3):
        attributes["antialias"] = 1
    if b.chance(0.5) and transform != "tf_crop_and_resize":
        # Where a position falls between two elements must not hang on rounding.
        exact, any_ = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0), (0.5, 0.6, 1.0, 1.3, 2.0, 3.0)
        factors = [b.choose(exact if mode == "nearest" else (0.5, 2.0) if whole else any_) for _ in range(2)]
        if any(int(e * f) < 1 for e, f in zip(shape[lead:], factors)):
            raise Skip
        inputs = [value, roi, b.argument([1.0] * lead + factors, "float32")]
        if version >= 18 and b.chance(0.3) and transform != "tf_crop_and_resize":
            inputs[2] = b.argument(factors, "float32")
            attributes["axes"] = [lead, lead + 1] if b.chance(0.5) else [-2, -1]
    else:
        exact = mode == "nearest" or whole
        targets = [b.choose((e, 2 * e, 4 * e, max(e // 2, 1)) if exact else range(1, 8)) for e in shape[lead:]]
        if exact and any(e > t and e != 2 * t for e, t in zip(shape[lead:], targets)):
            raise Skip
        scales = None if version >= 13 else b.argument(np.zeros(0), "float32")
        inputs = [value, roi, scales, b.argument(list(shape[:lead]) + targets)]
        if version >= 18 and b.chance(0.4) and transform != "tf_crop_and_resize":
            inputs[3] = b.argument(targets)
            attributes["axes"] = [lead, lead + 1] if b.chance(0.5) else [-2, -1]
            attributes["keep_aspect_ratio_policy"] = b.choose((None, "stretch", "not_larger", "not_smaller"))
    b.node("Resize", inputs, **attributes)


@generator("ReverseSequence", weight=0.7)
def reverse_sequence(b: Builder, operator: str) -> None:
    value = b.value(b.type_for(operator), (2, 3, 4), lambda a: a.size > 0)
    shape = b.values[value].shape
    batch_axis = b.integer(0, 1)
    lengths = [b.integer(1, shape[1 - batch_axis]) for _ in range(shape[batch_axis])]
    attributes = {} if batch_axis == 1 and b.chance(0.5) else {"batch_axis": batch_axis, "time_axis": 1 - batch_axis}
    b.node(operator, [value, b.leaf(np.asarray(lengths, np.int64))], **attributes)


THEME = ["Reshape", "Transpose", "Slice", "Concat", "Split", "Squeeze", "Unsqueeze", "Gather", "Expand", "Tile", "Pad",
         "Flatten", "Shape", "ConstantOfShape", "Range", "Add", "Mul", "Identity", "Cast", "Where", "Equal", "GatherElements", "GatherND", "ScatterND",
         "DepthToSpace", "SpaceToDepth", "ReduceProd", "Trilu", "Resize", "Relu", "MatMul"]
