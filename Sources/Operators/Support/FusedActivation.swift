import Graphs
import KernelTable
import Tensors

// How the library's own nodes carry a fused activation: attributes activation, activation_alpha, activation_beta.
extension Activation {
  /// The activation of a node of the library's own domain; identity when it has none.
  init(of node: Node) throws(Failure) {
    let code = try node.int("activation", default: 0)
    guard let function = Function(rawValue: code) else {
      throw Failure(.invalidModel, "\(node.description): activation \(code) is not known")
    }
    self.init(
      function, alpha: try node.float("activation_alpha", default: 0),
      beta: try node.float("activation_beta", default: 0))
  }

  public var attributes: [Attribute] {
    if function == .identity { return [] }
    return [
      Attribute("activation", .int(function.rawValue)), Attribute("activation_alpha", .float(alpha)),
      Attribute("activation_beta", .float(beta)),
    ]
  }
}
