import CCRNN
import CSystem
import CTC
import Tensors

@c @implementation
public func crnn_edit_distance(
  _ reference: UnsafePointer<CChar>!, _ hypothesis: UnsafePointer<CChar>!, _ unit: crnn_text_unit,
  _ distance: UnsafeMutablePointer<Int>!, _ reference_length: UnsafeMutablePointer<Int>!
) -> crnn_status {
  reporting { () throws(Failure) in
    guard let unit = TextUnit(rawValue: Int32(bitPattern: unit.rawValue)) else {
      throw Failure(.invalidArgument, "unit is \(unit.rawValue), which is no crnn_text_unit")
    }
    let result = try required(distance, "distance")
    let found = try editDistance(
      from: bytes(of: required(reference, "reference")), to: bytes(of: required(hypothesis, "hypothesis")), by: unit)
    result.pointee = found.distance
    reference_length?.pointee = found.referenceLength
  }
}
