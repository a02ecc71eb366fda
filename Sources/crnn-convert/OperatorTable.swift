import Operators

/// docs/operators.md, from the registry.
enum OperatorTable {
  static func markdown() -> String {
    let entries = Registry.entries.filter { $0.domain != "crnn" }.sorted {
      ($0.domain, $0.type.lowercased()) < ($1.domain, $1.type.lowercased())
    }
    var text = introduction(count: entries.count)
    for entry in entries {
      let types = entry.signature.inputs.map(\.name).joined(separator: "; ")
      let name = entry.domain.isEmpty ? entry.type : "\(entry.domain) \(entry.type)"
      text += "| \(name) | \(entry.since) | \(types) | \(remarks[entry.type] ?? "") |\n"
    }
    return text
  }

  private static func introduction(count: Int) -> String {
    """
    # Operators

    The \(count) operators that the library runs, as `crnn-convert --operators` prints them. *Since* is the first operator
    set whose form is understood; every later one to \(Registry.newestOpset) is. *Types* are those of the inputs in order, of which
    the last stands for all that follow.

    - *floating point*: float32, float64, float16, bfloat16
    - *integers*: int8, int16, int32, int64, uint8, uint16, uint32, uint64; *signed numbers* leaves out the unsigned ones
    - *numbers*: floating point and integers; *any type*: numbers and bool

    Half precision is computed in float32 and rounded at the end of each operator. Conv, ConvTranspose, LSTM, GRU, RNN,
    the normalisations, pooling and interpolation compute float64 in float32, too. What a model asks for beyond this is
    refused when it is opened, or when the shapes or types are known, with the node's name and the reason.

    | operator | since | types | remarks |
    |---|---|---|---|

    """
  }

  private static let remarks = [
    "AveragePool": "1 to 3 spatial axes",
    "BatchNormalization": "inference alone",
    "Celu": "`alpha` above 0",
    "Constant": "no strings, no sparse tensors",
    "Conv": "1 to 3 spatial axes",
    "ConvInteger": "1 to 3 spatial axes",
    "ConvTranspose": "1 to 3 spatial axes",
    "DequantizeLinear": "from 8 or 16 bits or int32",
    "Dropout": "inference alone",
    "Einsum": "ellipsis, repeated labels; as many inputs as wanted",
    "EyeLike": "rank 2",
    "LpPool": "1 to 3 spatial axes",
    "Max": "as many inputs as wanted",
    "MaxPool": "1 to 3 spatial axes",
    "Mean": "as many inputs as wanted",
    "Min": "as many inputs as wanted",
    "QLinearConv": "1 to 3 spatial axes",
    "QuantizeLinear": "to 8 or 16 bits, not from float64",
    "Resize": "integers are computed in float32, rounded and saturated",
    "Sum": "as many inputs as wanted",
  ]
}
