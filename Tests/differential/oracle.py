"""What a graph should compute: ONNX Runtime node by node, ONNX's reference evaluator where it cannot or errs."""

from __future__ import annotations

import warnings
from typing import Dict, List, Optional

import numpy as np
import onnx
import onnx.reference
import onnxruntime
from onnx import helper

from . import known
from .cases import FLOATS, Case, Node, element_type, tensor
from .comparison import wide
from .known import Undefined
from .recurrent import by_loop

onnxruntime.set_default_logger_severity(4)

# Nodes that give values as they came: no rounding to be unsure of.
EXACT = set("""Identity Dropout Reshape Flatten Squeeze Unsqueeze Transpose Expand Tile Concat Split Slice Pad Gather
GatherElements GatherND ScatterND ScatterElements Shape Size Constant ConstantOfShape Relu Neg Abs Sign Floor Ceil Max Min
Where MaxPool GlobalMaxPool ReduceMax ReduceMin Trilu EyeLike DepthToSpace SpaceToDepth ReverseSequence Compress NonZero
OneHot TopK Clip ArgMax ArgMin Hardmax Round""".split())

# Relative noise of a computed value, for judging how ill-conditioned what follows is.
NOISE = {"float16": 1e-3, "bfloat16": 8e-3, "float32": 1e-6, "float64": 1e-14}


class Refused(Exception):
    """Both oracles refuse the node."""


def evaluate_case(case: Case, inputs: Dict[str, np.ndarray], noise: Optional[np.random.Generator] = None,
                  reference_alone: bool = False) -> Dict[str, np.ndarray]:
    """Every value of the graph. With `noise`, computed ones are off by as much as rounding can make them."""
    values = {leaf.name: leaf.array for leaf in case.leaves.values()}
    values.update(inputs)
    if noise is not None:
        # Numbers of few bits: what a sum of them is must hold for their neighbours too.
        values = {name: _noisy(array, noise, NOISE[array.dtype.name]) if array.dtype.name in ("float16", "bfloat16") else array
                  for name, array in values.items()}
    constants = {leaf.name for leaf in case.leaves.values() if leaf.kind != "input"}
    for node in case.nodes:
        given = values
        if noise is not None and node.type not in EXACT:
            # As if its inputs were rounded once more: what cancels in its sums shows, and what lies half way between
            # two integers becomes either.
            given = {**values, **{name: _rounded_again(values[name], noise) for name in node.inputs
                                  if name and values[name].dtype == np.float32}}
        for name, array in zip(node.outputs, evaluate_node(node, case.opset, given, constants, reference_alone)):
            if array is None:
                continue
            if noise is not None and array.dtype.name in FLOATS and node.type not in EXACT:
                single = node.type in known.SINGLE and array.dtype == "float64"
                # The cosines of a window sum to nothing at its ends.
                least = 1 if node.type.endswith("Window") else 0
                array = _noisy(array, noise, NOISE["float32" if single else array.dtype.name], least)
            values[name] = array
    return values


def _noisy(array: np.ndarray, noise: np.random.Generator, amount: float, least: float = 0) -> np.ndarray:
    """With errors of rounding, of each number and of sums as large as the largest, or as `least`."""
    with np.errstate(all="ignore"):
        exact = array.astype(np.float64)
        largest = np.abs(exact[np.isfinite(exact)]).max(initial=least)
        return np.asarray(exact * (1 + amount * noise.standard_normal(array.shape))
                          + amount * largest * noise.standard_normal(array.shape)).astype(array.dtype)


def _rounded_again(array: np.ndarray, noise: np.random.Generator) -> np.ndarray:
    return np.asarray(array * (1 + np.float32(1e-7) * noise.standard_normal(array.shape, np.float32)))


def evaluate_node(node: Node, opset: int, values: Dict[str, np.ndarray], constants=frozenset(),
                  reference_alone: bool = False) -> List[np.ndarray]:
    """The outputs of one node; None for those that it leaves out."""
    inputs = [values[name] if name else None for name in node.inputs]
    try:
        why_undefined = known.undefined(node, opset, inputs)
        why_invalid = known.invalid(node, opset, inputs)
        original, (node, inputs, after) = inputs, known.rewritten(node, opset, inputs)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise Refused(f"malformed: {error}")
    if why_undefined:
        raise Undefined(why_undefined)
    if why_invalid:
        raise Refused(why_invalid)
    if any(new is not old for new, old in zip(inputs, original)):
        # A value may be several inputs of the node.
        names = [name and f"{name}.{index}" for index, name in enumerate(node.inputs)]
        constants = frozenset(new for new, old in zip(names, node.inputs) if old in constants)
        node = Node(node.type, names, node.outputs, node.attributes, node.domain, node.captures)
        values = {**values, **{name: array for name, array in zip(names, inputs) if name}}
    errors = []
    attempts = [runtime, runtime_through_float, reference]
    if reference_alone or known.deviation(node, opset, inputs):
        attempts = [reference]
    for attempt in attempts:
        if attempt is runtime_through_float and not _wide_type(node, inputs):
            continue
        try:
            results = attempt(node, opset, values, constants)
        except Exception as error:  # Whatever a runtime throws is its refusal.
            errors.append(f"{attempt.__name__}: {str(error)[:300]}")
            continue
        results = after([None if r is None else np.asarray(r) for r in results])
        if node.type in known.RECURRENT and any(r is not None and not (np.abs(wide(r)) < 1e6).all() for r in results):
            raise Undefined("states that grow without limit, and what is left of infinity")
        return results
    if any(a is not None and a.size == 0 for a in inputs):
        raise Undefined("the oracles refuse much of what is empty")
    raise Refused("; ".join(errors))


def single_node_model(node: Node, opset: int, values: Dict[str, np.ndarray], constants) -> onnx.ModelProto:
    names = list(dict.fromkeys(node.reads()))
    inputs = [helper.make_tensor_value_info(n, element_type(values[n]), values[n].shape)
              for n in names if n not in constants]
    initializers = [tensor(values[n], n) for n in names if n in constants]
    outputs = [onnx.ValueInfoProto(name=n) for n in node.outputs if n]
    graph = helper.make_graph([node.proto()], "node", inputs, outputs, initializers)
    opsets = [helper.make_opsetid("", opset)]
    if node.domain:
        opsets.append(helper.make_opsetid(node.domain, 1))
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def runtime(node: Node, opset: int, values: Dict[str, np.ndarray], constants) -> List[np.ndarray]:
    """ONNX Runtime without graph optimisations."""
    model = single_node_model(node, opset, values, constants)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    feeds = {i.name: np.ascontiguousarray(values[i.name]).reshape(values[i.name].shape) for i in session.get_inputs()}
    return _in_order(node, session.run([n for n in node.outputs if n], feeds))


def _wide_type(node: Node, inputs) -> Optional[np.dtype]:
    """The element type to compute in single precision, if any."""
    floats = {a.dtype for a in inputs if a is not None and a.dtype.name in FLOATS}
    names = ("float16", "bfloat16", "float64") if node.type in known.SINGLE else ("float16", "bfloat16")
    return floats.pop() if len(floats) == 1 and next(iter(floats)).name in names else None


def runtime_through_float(node: Node, opset: int, values: Dict[str, np.ndarray], constants) -> List[np.ndarray]:
    """Half precision computed in single and rounded, which the specification allows; so are `known.SINGLE` doubles."""
    half = _wide_type(node, [values[n] for n in node.reads()])
    if node.type in ("Cast", "CastLike", "QuantizeLinear", "DequantizeLinear", "EyeLike"):
        raise ValueError("its types are its meaning")
    wide = {n: values[n].astype(np.float32) if values[n].dtype == half else values[n] for n in node.reads()}
    with np.errstate(all="ignore"):
        return [None if r is None else r.astype(half) if r.dtype == np.float32 else r
                for r in runtime(node, opset, wide, constants)]


def reference(node: Node, opset: int, values: Dict[str, np.ndarray], constants) -> List[np.ndarray]:
    """ONNX's own evaluator; a loop of ours for what it has the defaults of alone."""
    if node.type in known.RECURRENT:
        return by_loop(node, [values[name] if name else None for name in node.inputs])
    if node.type == "Resize" and node.attributes.get("coordinate_transformation_mode") == "pytorch_half_pixel":
        raise ValueError("it puts a length of 1 elsewhere than its text")
    if node.type in ("Softmax", "LogSoftmax", "Hardmax") and opset < 13:
        raise ValueError("it does not take the axes from axis on as one")
    if node.type == "LRN":
        raise ValueError("it takes N for C")
    if node.type == "Loop" and not node.inputs[1]:
        raise ValueError("it takes a condition that is left out for false")
    if node.type == "Loop" and len(node.outputs) > len(node.inputs) - 2:
        raise ValueError("it joins what iterations give along an axis that is there")
    model = single_node_model(node, opset, values, constants)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        evaluator = onnx.reference.ReferenceEvaluator(model)
        names = {i.name for i in model.graph.input}
        return _in_order(node, evaluator.run(None, {n: values[n] for n in names}))


def _in_order(node: Node, results: List[np.ndarray]) -> List[np.ndarray]:
    given = iter(results)
    return [np.asarray(next(given)) if name else None for name in node.outputs]
