import Graphs
import Tensors

let recurrentOperators: [RegistryEntry] = [
  RegistryEntry("LSTM", since: 7) { (node) throws(Failure) in try LSTM(node) },
  RegistryEntry("GRU", since: 7) { (node) throws(Failure) in try GRU(node) },
  RegistryEntry("RNN", since: 7) { (node) throws(Failure) in try RNN(node) },
  RegistryEntry("LSTM", domain: "crnn") { (node) throws(Failure) in try LSTM(node) },
  RegistryEntry("GRU", domain: "crnn") { (node) throws(Failure) in try GRU(node) },
  RegistryEntry("RNN", domain: "crnn") { (node) throws(Failure) in try RNN(node) },
]
