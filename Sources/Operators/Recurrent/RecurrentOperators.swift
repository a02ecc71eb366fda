import Graphs
import Tensors

let recurrentOperators: [RegistryEntry] = [
  RegistryEntry("LSTM", since: 7, .float, .same, .same, .same, .int32, .same) { (node) throws(Failure) in
    try LSTM(node)
  },
  RegistryEntry("GRU", since: 7, .float, .same, .same, .same, .int32, .same) { (node) throws(Failure) in
    try GRU(node)
  },
  RegistryEntry("RNN", since: 7, .float, .same, .same, .same, .int32, .same) { (node) throws(Failure) in
    try RNN(node)
  },
  RegistryEntry("LSTM", domain: "crnn", .float32, .same, .same, .same, .same, .int32, .same) { (node) throws(Failure) in
    try LSTM(node)
  },
  RegistryEntry("GRU", domain: "crnn", .float32, .same, .same, .same, .same, .int32, .same) { (node) throws(Failure) in
    try GRU(node)
  },
  RegistryEntry("RNN", domain: "crnn", .float32, .same, .same, .same, .same, .int32, .same) { (node) throws(Failure) in
    try RNN(node)
  },
]
