import KernelTable

/// The gates, the cell and the output of one LSTM step in one pass.
@inline(never)
func lstmCell(_ s: LSTMCell) {
  var i = 0
  while i < s.units {
    let rest = s.units - i
    let input = sigmoid(loadUpTo(s.input + i, rest)) * hyperbolicTangent(loadUpTo(s.candidate + i, rest))
    let cell = multiplyAdd(input, sigmoid(loadUpTo(s.forget + i, rest)), loadUpTo(s.cell + i, rest))
    storeUpTo(cell, s.cell + i, rest)
    storeUpTo(sigmoid(loadUpTo(s.output + i, rest)) * hyperbolicTangent(cell), s.hidden + i, rest)
    i += lanes
  }
}

/// The gates and the output of one GRU step in one pass, with (1 - z) · n + z · h as n + z · (h - n).
@inline(never)
func gruCell(_ s: GRUCell) {
  var i = 0
  while i < s.units {
    let rest = s.units - i
    let r = sigmoid(loadUpTo(s.inputReset + i, rest) + loadUpTo(s.hiddenReset + i, rest))
    let z = sigmoid(loadUpTo(s.inputUpdate + i, rest) + loadUpTo(s.hiddenUpdate + i, rest))
    let candidate = multiplyAdd(loadUpTo(s.inputCandidate + i, rest), r, loadUpTo(s.hiddenCandidate + i, rest))
    let n = hyperbolicTangent(candidate)
    storeUpTo(multiplyAdd(n, z, loadUpTo(s.previous + i, rest) - n), s.hidden + i, rest)
    i += lanes
  }
}
