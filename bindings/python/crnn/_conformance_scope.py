"""Which of ONNX's backend tests concern the networks that this library is for."""

from __future__ import annotations

from typing import Any, Iterator

from onnx import AttributeProto, GraphProto, ModelProto, TensorProto

#: What exporters write for convolutional recurrent networks, float and quantised, and for what surrounds them.
OPERATORS = frozenset("""
    Conv ConvInteger ConvTranspose QLinearConv
    Einsum Gemm MatMul MatMulInteger QLinearMatMul
    GRU LSTM RNN
    AveragePool GlobalAveragePool GlobalMaxPool LpPool MaxPool
    BatchNormalization GroupNormalization InstanceNormalization LRN LayerNormalization LpNormalization
    MeanVarianceNormalization RMSNormalization
    Celu Clip Dropout Elu Gelu HardSigmoid HardSwish Hardmax LeakyRelu LogSoftmax Mish PRelu Relu Selu Shrink Sigmoid
    Softmax Softplus Softsign Swish Tanh ThresholdedRelu
    Abs Add Ceil Div Erf Exp Floor Log Max Mean Min Mod Mul Neg Pow Reciprocal Round Sign Sqrt Sub Sum
    Acos Acosh Asin Asinh Atan Atanh Cos Cosh Sin Sinh Tan
    And Equal Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual Not Or Where Xor
    ArgMax ArgMin CumSum ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd
    ReduceSum ReduceSumSquare TopK
    Concat Expand Flatten Identity Pad Reshape ReverseSequence Shape Size Slice Split Squeeze Tile Transpose Trilu
    Unsqueeze
    Compress Gather GatherElements GatherND NonZero OneHot ScatterElements ScatterND
    DepthToSpace Resize SpaceToDepth Upsample
    Constant ConstantOfShape EyeLike Range
    Cast CastLike DequantizeLinear DynamicQuantizeLinear QuantizeLinear
    If Loop Scan
    BlackmanWindow DFT HammingWindow HannWindow MelWeightMatrix STFT
""".split())

#: Element types of inputs, outputs, initialisers and declared values.
ELEMENT_TYPES = frozenset((
    TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.UINT8, TensorProto.INT8, TensorProto.INT32,
    TensorProto.INT64, TensorProto.BOOL,
))

#: Tests whose names hold one of these words train, or call for random numbers; a few merely take random inputs.
LEFT_OUT = ("training", "bernoulli", "random")


def holds(name: str, model: ModelProto) -> bool:
    """Whether a test is in scope: by its name, its operators and its element types, subgraphs included."""
    return not any(word in name for word in LEFT_OUT) and all(map(_is_covered, _graphs(model.graph)))


def _graphs(graph: GraphProto) -> Iterator[GraphProto]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                yield from _graphs(attribute.g)


def _is_covered(graph: GraphProto) -> bool:
    nodes = all(node.domain in ("", "ai.onnx") and node.op_type in OPERATORS for node in graph.node)
    values = (*graph.input, *graph.output, *graph.value_info)
    return (nodes and all(_has_covered_type(value.type) for value in values)
            and all(tensor.data_type in ELEMENT_TYPES for tensor in graph.initializer))


def _has_covered_type(kind: Any) -> bool:
    if not kind.HasField("tensor_type"):
        return False
    # Subgraphs may leave element types open.
    return kind.tensor_type.elem_type in (TensorProto.UNDEFINED, *ELEMENT_TYPES)
