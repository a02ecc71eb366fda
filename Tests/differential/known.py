"""Where the oracles are not to be believed, and where no answer is right: each with its reason."""

from __future__ import annotations

from typing import Callable, Iterator, List, Optional, Tuple

import numpy as np
from onnx import TensorProto, helper

from .cases import Case, Node
from .recurrent import GATES as RECURRENT

Arrays = List[Optional[np.ndarray]]


class Undefined(Exception):
    """The specification leaves the result open, so there is nothing to compare."""


# Messages of refusals that are right: what the specification allows, but no oracle and no exporter has.
REFUSALS: Tuple[str, ...] = (
    # ONNX Runtime gives an empty result.
    "is too small for a window", "is too small for the padding",
    # It answers where the specification asks for a matrix, or for as many numbers as it wants the greatest of.
    "node Trilu: input 0 has shape", "expected at most 0",
)

# Doubles are computed in single precision here or by ONNX Runtime, and compared by that.
SINGLE = frozenset("""Conv ConvTranspose Gemm AveragePool GlobalAveragePool GlobalMaxPool MaxPool LpPool InstanceNormalization GroupNormalization
LayerNormalization RMSNormalization BatchNormalization LRN Gelu Resize Upsample LSTM GRU RNN
HannWindow HammingWindow BlackmanWindow HardSwish Shrink Erf""".split())

# How many times the usual difference is allowed: ONNX Runtime approximates the gates of its quantised layer.
# The error functions' tails lose digits in one subtraction here and there.
LOOSE = {"DynamicQuantizeLSTM": 20, "Gelu": 4}

# Activations of recurrent layers whose values have no limit.
UNBOUNDED = frozenset(("affine", "elu", "leakyrelu", "relu", "softplus", "thresholdedrelu"))

WINDOWED = ("Conv", "MaxPool", "AveragePool", "LpPool", "ConvInteger", "QLinearConv")


def is_right_refusal(message: str) -> bool:
    """Whether the library may refuse a model that an oracle runs."""
    return any(text in message for text in REFUSALS)


def deviation(node: Node, opset: int, inputs: Arrays) -> Optional[str]:
    """Why ONNX Runtime's answer is not the specification's; the reference evaluator decides then."""
    if node.type == "Resize" and node.attributes.get("coordinate_transformation_mode") == "tf_crop_and_resize":
        return "it copies an axis of unchanged size, whatever the region"
    if node.type == "Resize" and node.attributes.get("keep_aspect_ratio_policy") and "axes" in node.attributes:
        return "it takes the sizes of negative axes for those of others"
    if node.type == "Resize" and len(inputs) > 2 and inputs[2] is not None and inputs[2].size:
        extents, scales = _resized_extents(node, inputs), inputs[2].reshape(-1)
        if scales.shape == extents.shape and ((scales != 1) & (np.floor(extents * scales) == extents)).any():
            return "it copies an axis of unchanged size, whatever the scale"
    if node.type == "Einsum" and any(a.dtype.kind in "iu" and np.abs(a.astype(np.float64)).max(initial=0) > 2**53 for a in inputs):
        return "it adds integers that doubles do not hold"
    if node.type == "InstanceNormalization" and inputs[0].size == int(np.prod(inputs[0].shape[:2])):
        return "one number less itself leaves it what rounding left"
    if node.type == "NonZero" and inputs[0].ndim == 0:
        return "it gives a scalar an index, where the specification has none"
    if node.type == "GroupNormalization":
        return "it takes the mean's square from that of the squares: all is lost where these are near"
    if node.type == "MeanVarianceNormalization":
        return "it leaves out the epsilon of the specification's function"
    if node.type == "Squeeze" and len(inputs) > 1 and inputs[1] is not None and inputs[1].size == 0:
        return "it takes no axes for all"
    if node.type == "MatMulInteger" and inputs[0].size == 0:
        return "it leaves a sum of nothing as the memory was"
    if node.type in RECURRENT and (node.attributes.get("activations") or node.attributes.get("clip")):
        return "its softplus overflows, and it refuses some names"
    if node.type in ("ReduceMax", "ReduceMin") and inputs[0].dtype.kind == "f" and np.isnan(inputs[0]).any():
        return "it passes over NaN or not, as its loops go"
    return None


def _resized_extents(node: Node, inputs: Arrays) -> np.ndarray:
    """The input's extents along the axes that the scales are for."""
    axes = node.attributes.get("axes") or range(inputs[0].ndim)
    return np.asarray([inputs[0].shape[axis] for axis in axes], np.float32)


def is_right_result(case: Case) -> bool:
    """Whether the library may answer where both oracles refuse a broken case."""
    for node in case.nodes:
        # Parameters of another shape, which ONNX Runtime alone has.
        if node.domain:
            return True
        # Lists of numbers are read whatever their shape, and so are single numbers.
        if node.type in ("Slice", "Split", "Reshape", "Unsqueeze", "Squeeze", "ConstantOfShape", "Expand", "Tile",
                         "BatchNormalization", "InstanceNormalization", "Pad", "Resize", "TopK") and any(
                name and (name not in case.leaves or case.leaves[name].array.ndim != 1)
                for name in node.inputs[node.type != "ConstantOfShape":]):
            return True
        if node.type in ("DFT", "STFT", "HannWindow", "HammingWindow", "BlackmanWindow", "MelWeightMatrix", "CumSum",
                         "QuantizeLinear", "DequantizeLinear") and any(
                a.array.ndim and a.array.size == 1 for a in case.leaves.values() if a.name in node.inputs):
            return True
        # A softmax of one number, along the axis that it would have.
        if node.type in ("Softmax", "LogSoftmax") and node.attributes.get("axis") in (None, 0, -1):
            return True
        # Bands above half of the sample rate, which are empty; padding of a transposed convolution's end beyond a step;
        # reflections of a single number, and repetitions of what a negative pad cut off.
        if node.type == "MelWeightMatrix" or "output_padding" in node.attributes:
            return True
        if node.attributes.get("mode") in ("reflect", "wrap", "edge"):
            return True
        # Padding of types that came with a later operator set or by numbers of another type, and a function of doubles
        # that the oracles lack.
        if node.type in ("Pad", "Softsign"):
            return True
        # One number for all blocks.
        if node.attributes.get("block_size"):
            return True
        # Scales of a type that came later.
        if node.type in ("QuantizeLinear", "DequantizeLinear") and case.opset < 19:
            return True
        # A spectrum of frames as long as the signal.
        if node.type == "STFT" and len(node.inputs) < 3:
            return True
        # An axis just past the end flattens everything, as Flatten's does.
        if node.type in ("Softmax", "LogSoftmax", "Hardmax") and case.opset < 13:
            return True
        # A zero point that is left out is 0; sizes win over scales.
        if node.type.startswith("QLinear") or node.type == "Resize":
            return True
        # Parameters of as many elements in another shape.
        # LRN of any rank, and Mean of doubles that broadcast, which the reference does not add up.
        # A transposed convolution whose output_shape reaches beyond its window, with zeros there.
        # One class index without an axis, one number in a list, a Scan whose states change their shapes.
        # A zero point for each row of a stack of matrices; conditions beyond the data, which take nothing.
        # Parameters of another type; a ratio that drops nothing; an empty result with a size that no other axis would allow.
        if node.type in ("Compress", "Dropout", "Tile", "LRN", "Mean", "OneHot", "MatMulInteger", "ConvInteger", "Trilu",
                         "Scan", "Loop", "BatchNormalization"):
            return True
        if "output_shape" in node.attributes:
            return True
    return False


# MARK: Equal nodes


def rewritten(node: Node, opset: int, inputs: Arrays) -> Tuple[Node, Arrays, Callable[[Arrays], Arrays]]:
    """An equal node that the oracles get right, its inputs, and what turns its outputs into the node's own."""
    if node.type in RECURRENT and node.attributes.get("layout"):
        return _time_first(node, inputs)
    if node.type in WINDOWED and str(node.attributes.get("auto_pad", "")).startswith("SAME"):
        return _padded(node, inputs), inputs, lambda outputs: outputs
    if node.type in ("MeanVarianceNormalization", "GroupNormalization") and inputs[0].dtype == np.float32:
        # So does the reference, in the type that GroupNormalization's stash_type asks for.
        wide = {"stash_type": TensorProto.DOUBLE} if node.type == "GroupNormalization" and opset > 20 else {}
        node = Node(node.type, node.inputs, node.outputs, {**node.attributes, **wide})
        return node, [a.astype(np.float64) for a in inputs], lambda outputs: [outputs[0].astype(np.float32)]
    if node.type == "BatchNormalization" and inputs[0].ndim == 1:
        # C is 1 then, which the oracles do not know.
        return node, [inputs[0][:, None]] + inputs[1:], lambda outputs: [outputs[0].reshape(-1)] + outputs[1:]
    if node.type == "Dropout" and opset < 12:
        # The mask tells what is kept: all. ONNX Runtime says none.
        kind = inputs[0].dtype if opset < 10 else bool
        return node, inputs, lambda outputs: outputs[:1] + [a if a is None else np.ones(a.shape, kind) for a in outputs[1:]]
    if node.type in ("Resize", "Upsample") and node.attributes.get("mode") not in (None, "nearest") and inputs[0].dtype.kind in "iu":
        return node, [inputs[0].astype(np.float32)] + inputs[1:], lambda outputs: [_rounded(outputs[0], inputs[0].dtype)]
    return node, inputs, lambda outputs: outputs


def _rounded(array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Integers are interpolated as numbers and rounded once, where ONNX Runtime rounds or drops, as its code goes."""
    limits, part = np.iinfo(dtype), array.astype(np.float64) % 1
    if (np.abs(part - 0.5) < 1e-3).any():
        raise Undefined("half way between two integers, or nearly, as its rounding goes")
    return np.clip(np.rint(array.astype(np.float64)), limits.min, limits.max).astype(dtype)


def _time_first(node: Node, inputs: Arrays):
    """Layout 1, which ONNX Runtime lacks and the reference gets wrong, by layout 0."""
    plain = Node(node.type, node.inputs, node.outputs, {k: v for k, v in node.attributes.items() if k != "layout"})
    moved = [np.swapaxes(a, 0, 1) if a is not None and i in (0, 5, 6) else a for i, a in enumerate(inputs)]

    def back(outputs: Arrays) -> Arrays:
        # Y: [T, D, N, H] to [N, T, D, H]; the states: [D, N, H] to [N, D, H].
        return [a if a is None else np.moveaxis(a, 2, 0) if a.ndim == 4 else np.swapaxes(a, 0, 1) for a in outputs]

    return plain, moved, back


def _padded(node: Node, inputs: Arrays) -> Node:
    """SAME padding written out: ONNX Runtime gets it wrong with dilations and with strides beyond the window."""
    extents = inputs[0].shape[2:]
    weights = inputs[3] if node.type == "QLinearConv" else inputs[1] if len(inputs) > 1 else None
    kernel = node.attributes.get("kernel_shape") or list(weights.shape[2:])
    strides = node.attributes.get("strides") or [1] * len(extents)
    dilations = node.attributes.get("dilations") or [1] * len(extents)
    begin, end = [], []
    for extent, k, s, d in zip(extents, kernel, strides, dilations):
        total = max((-(-extent // s) - 1) * s + (k - 1) * d + 1 - extent, 0)
        less, more = total // 2, total - total // 2
        upper = node.attributes["auto_pad"] == "SAME_UPPER"
        begin.append(less if upper else more)
        end.append(more if upper else less)
    attributes = {k: v for k, v in node.attributes.items() if k not in ("auto_pad", "ceil_mode")}
    return Node(node.type, node.inputs, node.outputs, {**attributes, "pads": begin + end}, node.domain)


# MARK: Nodes that must be refused though an oracle answers


def invalid(node: Node, opset: int, inputs: Arrays) -> Optional[str]:
    """What is wrong with the inputs of a node that ONNX Runtime runs all the same, not looking or reading beyond them."""
    first = inputs[0] if inputs else None
    if node.type in RECURRENT:
        return _invalid_recurrent(node, inputs)
    if node.type in ("BatchNormalization", "InstanceNormalization"):
        channels = (first.shape if first.ndim > 1 else (0, 1))[1:2] if node.type[0] == "B" else first.shape[1:2]
        if first.ndim < 1 or any(a is not None and a.shape != channels for a in inputs[1:]):
            return "a parameter is not [C]"
    if node.type == "Slice" and len(inputs) > 1:
        given = [a for a in inputs[1:] if a is not None]
        if len({a.shape for a in given}) > 1:
            return "starts, ends, axes and steps differ in length"
        axes = inputs[3] if len(inputs) > 3 and inputs[3] is not None else np.arange(given[0].size)
        if given[0].ndim == 1 and len(set((axes % max(first.ndim, 1)).tolist())) != axes.size:
            return "an axis twice"
    if node.type == "Split" and (node.attributes.get("split") or len(inputs) > 1 and inputs[1] is not None):
        if np.size(node.attributes.get("split") or inputs[1]) != len(node.outputs):
            return "a size for each of other outputs"
        if np.sum(node.attributes.get("split") or inputs[1]) != first.shape[node.attributes.get("axis", 0)]:
            return "sizes that are not all"
    if node.type == "Split" and len(inputs) < 2 and opset < 18 and not node.attributes.get("split"):
        if first.shape[node.attributes.get("axis", 0)] % len(node.outputs):
            return "parts that are not equal"
    if node.type in ("LayerNormalization", "RMSNormalization", "PRelu"):
        if any(a is not None and np.broadcast_shapes(a.shape, first.shape) != first.shape for a in inputs[1:]):
            return "a parameter that does not broadcast to the input"
    if node.type in ("QuantizeLinear", "DequantizeLinear") and "block_size" not in node.attributes:
        axis = node.attributes.get("axis", 1)
        if any(a is not None and a.ndim and a.size != 1 and a.shape != (first.shape[axis],) for a in inputs[1:]):
            return "a parameter that is not one an index"
    if node.attributes.get("block_size") and node.type in ("QuantizeLinear", "DequantizeLinear"):
        axis, block = node.attributes.get("axis", 1) % first.ndim, node.attributes["block_size"]
        blocks = tuple(-(-e // block) if i == axis else e for i, e in enumerate(first.shape))
        if any(a is not None and a.shape != blocks for a in inputs[1:]):
            return "a parameter that is not one a block"
    if node.type == "Gemm" and len(inputs) > 2 and inputs[2] is not None:
        shape = (first.shape[bool(node.attributes.get("transA"))], inputs[1].shape[not node.attributes.get("transB")])
        if np.broadcast_shapes(inputs[2].shape, shape) != shape:
            return "an addend that does not broadcast"
    if node.type == "GroupNormalization":
        count = node.attributes["num_groups"] if opset < 21 else first.shape[1]
        if any(a is not None and a.shape != (count,) for a in inputs[1:]):
            return "a parameter that is not one a channel or group"
    if node.type == "TopK" and len(inputs) > 1 and inputs[1] is not None and inputs[1].size != 1:
        return "more than one k"
    if node.type == "GatherND" and inputs[1].shape[-1] > first.ndim - node.attributes.get("batch_dims", 0):
        return "indices of more axes than there are"
    if node.type == "DynamicQuantizeLSTM":
        # ONNX Runtime: SIGABRT.
        x, w, r, *more = inputs
        state = (w.shape[0], x.shape[1], r.shape[1])
        if 0 in x.shape or x.shape[2] != w.shape[1] or any(a is not None and a.shape != state for a in more[2:4]):
            return "an input of the wrong shape"
    if node.type == "Tile" and inputs[1].shape != (first.ndim,):
        return "repeats that are not one an axis"
    if node.type == "STFT" and inputs[2] is not None and len(inputs) > 3 and inputs[3] is not None:
        if inputs[2].size != int(inputs[3].reshape(-1)[0]):
            return "a window that is not as long as a frame"
    if node.type in ("QuantizeLinear", "DequantizeLinear") and len(inputs) > 2 and inputs[2] is not None:
        if inputs[1].shape != inputs[2].shape:
            return "a zero point of another shape than the scale"
    if node.type.startswith("QLinear") and not node.domain and any(a is None for a in inputs[:8]):
        return "a scale or zero point that is missing"
    if node.type in ("Conv", "ConvTranspose") and len(inputs) > 2 and inputs[2] is not None:
        filters = inputs[1].shape[0] if node.type == "Conv" else inputs[1].shape[1] * node.attributes.get("group", 1)
        if inputs[2].shape != (filters,):
            return "a bias that is not one a filter"
    if node.type in ("Conv", "ConvTranspose") and list(inputs[1].shape[2:]) != list(
            node.attributes.get("kernel_shape", inputs[1].shape[2:])):
        return "a kernel_shape that contradicts the weights"
    if node.type == "QLinearMatMul" and inputs[3].ndim > 1 and any(
            a is not None and a.ndim == 1 and a.size not in (1, inputs[3].shape[-1]) for a in inputs[4:6]):
        return "a parameter that is not one a column"
    if node.type == "QLinearConv":
        if len(inputs) > 8 and inputs[8] is not None and inputs[8].shape != (inputs[3].shape[0],):
            return "a bias that is not one a filter"
        if any(a.size != 1 for i, a in enumerate(inputs) if a is not None and i in (1, 2, 6, 7)):
            return "a parameter that is not one number"
        if any(a.size not in (1, inputs[3].shape[0]) for a in inputs[4:6] if a is not None):
            return "a parameter that is not one a filter"
    if node.type == "ReverseSequence":
        batch, time = node.attributes.get("batch_axis", 1), node.attributes.get("time_axis", 0)
        if inputs[1].shape != (first.shape[batch],) or (inputs[1] > first.shape[time]).any() or (inputs[1] < 0).any():
            return "lengths that do not fit the input"
    if node.type in ("GatherElements", "ScatterElements"):
        axis = node.attributes.get("axis", 0) % first.ndim
        if any(i != axis and mine > its for i, (mine, its) in enumerate(zip(inputs[1].shape, first.shape))):
            return "indices beyond the data"
    if node.type == "GatherElements":
        extent = first.shape[node.attributes.get("axis", 0)]
        if ((inputs[1] < -extent) | (inputs[1] >= extent)).any():
            return "an index out of range"
    if node.type == "ScatterElements" and inputs[1].shape != inputs[2].shape:
        return "updates that are not one an index"
    if node.type == "ScatterND" and inputs[2].shape != inputs[1].shape[:-1] + first.shape[inputs[1].shape[-1]:]:
        return "updates that do not fit the indices"
    if node.type == "Resize":
        axes = node.attributes.get("axes") or list(range(first.ndim))
        if any(a is not None and a.size not in (0, len(axes)) for a in inputs[2:]):
            return "scales or sizes that are not one an axis"
        if len(inputs) > 2 and inputs[1] is not None and inputs[1].size not in (0, 2 * len(axes)):
            return "a region that is not two numbers an axis"
    return None


def _invalid_recurrent(node: Node, inputs: Arrays) -> Optional[str]:
    x, w, r, b, lengths, *more = list(inputs) + [None] * (8 - len(inputs))
    gates, hidden = RECURRENT[node.type], node.attributes.get("hidden_size", r.shape[-1])
    directions = 2 if node.attributes.get("direction") == "bidirectional" else 1
    batch = x.shape[0] if node.attributes.get("layout") else x.shape[1]
    steps = x.shape[1] if node.attributes.get("layout") else x.shape[0]
    state = (batch, directions, hidden) if node.attributes.get("layout") else (directions, batch, hidden)
    expected = [(w, (directions, gates * hidden, x.shape[2])), (r, (directions, gates * hidden, hidden)),
                (b, (directions, 2 * gates * hidden)), (lengths, (batch,)), (more[0], state), (more[1], state),
                (more[2], (directions, 3 * hidden))]
    if any(a is not None and a.shape != shape for a, shape in expected):
        return "an input of the wrong shape"
    if lengths is not None and ((lengths < 0) | (lengths > steps)).any():
        return "a sequence that is longer than the input"
    return None


# MARK: No right answer


def undefined(node: Node, opset: int, inputs: Arrays) -> Optional[str]:
    """Why the result is unspecified, or why ONNX Runtime dies instead of answering."""
    first = inputs[0] if inputs else None
    kind = first.dtype.kind if first is not None else ""
    if ("QLinear" in node.type or node.type in ("QuantizeLinear", "DequantizeLinear")) and any(
            a is not None and a.dtype == np.float32 and (a == 0).any() for a in inputs[1:]):
        return "a scale of nothing"
    if node.type == "QuantizeLinear" and not np.isfinite(first.astype(np.float64)).all():
        return "an integer for infinity"
    if node.type in ("ArgMax", "ArgMin", "TopK", "MaxPool", "GlobalMaxPool") and kind == "f" and np.isnan(first).any():
        return "the order of NaN"
    if node.type.startswith("Scatter") and node.attributes.get("reduction") in ("max", "min") and any(
            np.isnan(a).any() for a in inputs if a is not None and a.dtype.kind == "f"):
        return "an extreme of NaN"
    if node.type == "BatchNormalization" and opset < 15 and len({a.dtype for a in inputs}) > 1:
        return "parameters of another type than the input's, which it allows from 15 on"
    if node.type == "QLinearMatMul" and any(a is not None and a.size > 1 for a in inputs[1:3] + inputs[6:8]):
        return "a scale for each row, which the reference spreads over the columns"
    if node.type == "FusedMatMul" and 1 in (inputs[0].ndim, inputs[1].ndim):
        return "a transposition of or by a vector, which ONNX Runtime leaves out"
    if node.type in ("Div", "Mod") and kind in "iu":
        # ONNX Runtime: SIGFPE.
        if (inputs[1] == 0).any():
            return "division by zero"
        if kind == "i" and (inputs[1] == -1).any() and (first == np.iinfo(first.dtype).min).any():
            return "division overflows"
    if node.type == "Slice" and len(inputs) > 4 and inputs[4] is not None and ((inputs[4] < 0) & (inputs[2] >= 2**31 - 1)).any():
        return "backwards to the last number, which ONNX Runtime takes for the beginning"
    if node.type == "Slice" and len(inputs) > 4 and inputs[4] is not None and (inputs[4] < 0).any():
        axes = inputs[3] if inputs[3] is not None else np.arange(inputs[1].size)
        if (inputs[1] < -np.asarray(first.shape)[axes]).any():
            return "backwards from before the beginning: from the first number, or from nowhere"
    if node.type == "OneHot" and any(a.dtype.kind == "f" and (a % 1 != 0).any() for a in inputs[:2]):
        return "an index or a depth that is not whole"
    if node.type == "Gemm" and kind in "iu" and any(np.abs(a.astype(np.float64)).max(initial=0) > 2**24 for a in inputs if a is not None):
        return "an integer product overflows"
    if node.type == "Gemm" and kind in "iu" and any(node.attributes.get(name, 1) % 1 for name in ("alpha", "beta")):
        return "an integer times a number that is not whole"
    if node.type == "Resize" and node.attributes.get("coordinate_transformation_mode") == "align_corners":
        if len(inputs) > 2 and inputs[2] is not None and (inputs[2] % 1 != 0).any():
            return "a length that is not whole, rounded or not"
    if node.type in RECURRENT and node.attributes.get("clip", 1) <= 0:
        return "a limit that is none"
    if node.type == "LRN" and node.attributes.get("beta", 0.75) < 0:
        return "a negative power"
    if node.type == "LRN" and node.attributes.get("bias", 1) == 0:
        return "a root of nothing, or of what ONNX Runtime's running sum left of it"
    if node.type == "LRN" and node.attributes.get("size", 1) % 2 == 0:
        return "a region of even size: ONNX Runtime reads beyond the channels"
    if node.type in ("ConstantOfShape", "Expand", "Pad", "Tile") and _elements(node, inputs) > 1e8:
        return "gigabytes, which take their time"
    if node.type in ("Resize", "Upsample") and kind in "iu" and (np.abs(first.astype(np.float64)) > 2**20).any():
        return "an interpolated integer that single precision does not hold"
    if node.type == "Resize" and node.attributes.get("coordinate_transformation_mode") == "half_pixel_symmetric" and (
            node.attributes.get("mode", "nearest") == "nearest" or deviation(node, opset, inputs)):
        return "a place between two positions, or nearly, as the centre's rounding goes"
    if node.type in ("HardSwish", "Gelu", "Swish", "Mish", "Softsign") and kind == "f" and np.isinf(first).any():
        return "infinity times nothing, or by infinity: the limits here"
    if node.type == "Shrink" and kind in "iu" and (np.abs(first.astype(np.float64)) > 2**24).any():
        return "an integer that the result does not hold"
    if node.type in WINDOWED and node.attributes.get("auto_pad") == "VALID" and node.attributes.get("ceil_mode"):
        return "a size that ONNX Runtime does not take from the formula for VALID"
    if node.type == "LayerNormalization" and len(node.outputs) > 1 and first.size == 0:
        return "statistics of nothing"
    if node.type in ("LayerNormalization", "RMSNormalization") and len({a.dtype for a in inputs if a is not None}) > 1:
        return "results of the scale's type or of the input's"
    if node.type == "LpPool" and node.attributes.get("ceil_mode") and _reaches_beyond(node, first):
        return "a window that reaches beyond the end, where ONNX Runtime reads on"
    if node.type == "ReduceProd" and kind == "f" and np.log10(np.maximum(np.abs(first.astype(np.float64)), 1)).sum() > 38:
        return "a product that overflows, or not, as its order goes"
    if node.type == "Einsum" and any(a.dtype.kind == "f" and np.isinf(a).any() for a in inputs):
        return "infinity times nothing, or not, as the order of the products goes"
    if node.type == "Einsum" and any(a.size == 0 for a in inputs):
        # ONNX Runtime: SIGFPE.
        return "a product of what is empty"
    if node.type in ("Conv", "ConvTranspose", "ConvInteger", "QLinearConv") and (
            0 in inputs[3 if node.type == "QLinearConv" else 1].shape):
        return "weights without elements"
    if node.type == "QLinearConv" and first.size == 0:
        return "nothing, to which ONNX Runtime gives another rank"
    if node.type in ("MaxPool", "AveragePool", "LpPool") and first.size == 0:
        return "windows of nothing, whose SAME padding the oracles do not count"
    if node.type == "ReduceSumSquare" and kind in "iu" and first.dtype != np.int64:
        return "squares that the reference keeps in int64"
    if node.type in ("MaxPool", "AveragePool") and _has_empty_window(node, first):
        return "the largest or the mean of nothing"
    if node.type == "GlobalMaxPool" and kind == "f" and np.isneginf(first).any():
        return "the largest of nothing but minus infinity, which ONNX Runtime takes for the smallest finite number"
    if node.type in ("GlobalMaxPool", "GlobalAveragePool") and (first.ndim not in (3, 4, 5) or first.size == 0):
        return "pooling without spatial dimensions"
    if node.type == "Erf" and kind in "iu":
        return "an integer error function"
    if node.type == "DynamicQuantizeLinear" and not (first.any() and np.isfinite(first).all()):
        return "a range of nothing or without end: the specification's scale is 0 or infinite"
    if node.type == "Clip" and kind == "f" and np.isinf(first).any():
        return "infinity without a bound, or the largest number"
    if node.type == "Pow" and kind in "iu":
        if (inputs[1] < 0).any():
            return "an integer's fraction"
        with np.errstate(all="ignore"):
            result = np.power(first.astype(np.float64), inputs[1].astype(np.float64))
        if not (np.abs(result) < float(np.iinfo(first.dtype).max)).all():
            return "an integer power overflows"
    if node.type == "LRN" and kind == "f" and not np.isfinite(first).all():
        return "a running sum that NaN never leaves"
    if node.type == "DFT" and first.shape[-1] == 2 and node.attributes.get("onesided"):
        return "half of a spectrum that is not symmetric"
    if node.type in ("Resize", "Upsample", "DFT", "STFT", "LayerNormalization", *RECURRENT) and kind == "f" and not np.isfinite(first).all():
        return "nothing times infinity, and an activation of NaN"
    if node.type in RECURRENT and first.dtype.name == "float16" and UNBOUNDED & {
            name.lower() for name in node.attributes.get("activations") or ()}:
        return "states that may grow beyond the type"
    if node.type in RECURRENT and len(inputs) > 4 and inputs[4] is not None and (inputs[4] == 0).any():
        return "a sequence of no steps"
    if node.type in RECURRENT and 0 in first.shape:
        return "no steps, or nothing in them"
    if node.type == "ConvTranspose" and (
            str(node.attributes.get("auto_pad", "")).startswith("SAME") or node.attributes.get("output_shape")):
        strides, dilations = (node.attributes.get(name) or [1] * 3 for name in ("strides", "dilations"))
        windows = [(k - 1) * d + 1 for k, d in zip(inputs[1].shape[2:], dilations)]
        shape = node.attributes.get("output_shape") or [x * s for x, s in zip(first.shape[2:], strides)]
        if any((x - 1) * s + w < y for x, s, w, y in zip(first.shape[2:], strides, windows, shape)):
            return "padding that is negative"
    if node.type in ("Softmax", "LogSoftmax", "Hardmax") and kind == "f":
        # ONNX Runtime spreads a NaN by the width of its vectors.
        if (np.isnan(first) | (first == np.inf)).any():
            return "softmax of NaN or infinity"
    if node.type in ("ReduceMean", "ReduceMax", "ReduceMin", "Mean") and any(a is not None and a.size == 0 for a in inputs):
        return "the mean or extreme of nothing"
    if node.type == "Gather" and first.size == 0:
        return "an index of nothing"
    if node.type == "STFT" and first.shape[-1] == 2 and node.attributes.get("onesided", 1):
        return "half of a spectrum that is not symmetric"
    if node.type.startswith("Reduce") and kind in "iu":
        if first.dtype.itemsize == 1 and node.type not in ("ReduceMax", "ReduceMin"):
            return "a reduction of a type that it does not have"
        if node.type == "ReduceLogSumExp" or node.type == "ReduceLogSum" and ((first <= 0).any() or first.size == 0):
            return "an integer logarithm of nothing or less, or of powers rounded or not"
        if np.abs(first.astype(np.float64)).max(initial=1) ** 2 * first.size > np.iinfo(first.dtype).max:
            return "an integer reduction overflows"
        if node.type == "ReduceProd" and np.prod(np.abs(first.astype(np.float64)) + 1) > np.iinfo(first.dtype).max:
            return "an integer product overflows"
    if node.type == "Cast" and kind == "f" and not _fits(first, helper.tensor_dtype_to_np_dtype(node.attributes["to"])):
        return "a number that the type does not hold"
    if node.type == "CastLike" and kind == "f" and inputs[1].dtype.kind in "iu":
        if not _fits(first, inputs[1].dtype):
            return "a number that the type does not hold"
    return None


def _elements(node: Node, inputs: Arrays) -> float:
    """Of a node that one of its inputs tells how far to stretch another: about how many elements come of it."""
    numbers = inputs[0] if node.type == "ConstantOfShape" else inputs[1] if len(inputs) > 1 else None
    if numbers is None or not numbers.size:
        return 0
    numbers = np.maximum(numbers.astype(np.float64), 0)
    if node.type == "Pad":
        return numbers.max() * inputs[0].size
    return np.prod(numbers) * (inputs[0].size if node.type == "Tile" else 1)


def _fits(array: np.ndarray, target: np.dtype) -> bool:
    if target.kind not in "iu":
        return True
    limits, numbers = np.iinfo(target), array.astype(np.float64)
    return bool(((numbers > limits.min - 1.0) & (numbers < limits.max + 1.0)).all())


def _windows(node: Node, first: np.ndarray) -> Iterator[Tuple[int, int, int, int, int, int]]:
    """For each axis of a pooling: extent, window, stride, dilation and the padding at both ends."""
    padded = _padded(node, [first]) if str(node.attributes.get("auto_pad", "")).startswith("SAME") else node
    extents, kernel = first.shape[2:], padded.attributes["kernel_shape"]
    ones = [1] * len(extents)
    pads = padded.attributes.get("pads") or [0] * 2 * len(extents)
    strides, dilations = padded.attributes.get("strides") or ones, padded.attributes.get("dilations") or ones
    return zip(extents, kernel, strides, dilations, pads, pads[len(extents) :])


def _reaches_beyond(node: Node, first: np.ndarray) -> bool:
    """Whether windows, their number rounded up, end behind the padding."""
    return any((extent + begin + end - (k - 1) * dilation - 1) % stride
               for extent, k, stride, dilation, begin, end in _windows(node, first))


def _has_empty_window(node: Node, first: np.ndarray) -> bool:
    """Whether a window of a pooling lies in the padding alone."""
    for extent, k, stride, dilation, begin, end in _windows(node, first):
        last = extent + end - (k - 1) * dilation - 1
        for start in range(-begin, last + stride, stride):
            if not any(0 <= start + tap * dilation < extent for tap in range(k)) and start < extent + end:
                return True
    return False
