import Graphs
import Tensors

let shapeOperators: [RegistryEntry] = [
  RegistryEntry("Identity") { (node) throws(Failure) in try Identity(node) },
  RegistryEntry("Dropout") { (node) throws(Failure) in try Dropout(node) },
  RegistryEntry("Cast") { (node) throws(Failure) in try Cast(node) },
  RegistryEntry("CastLike") { (node) throws(Failure) in try CastLike(node) },
  RegistryEntry("Shape") { (node) throws(Failure) in try ShapeOf(node) },
  RegistryEntry("Size") { (node) throws(Failure) in try SizeOf(node) },
  RegistryEntry("Constant") { (node) throws(Failure) in try Constant(node) },
  RegistryEntry("ConstantOfShape") { (node) throws(Failure) in try ConstantOfShape(node) },
  RegistryEntry("Range") { (node) throws(Failure) in try RangeOperator(node) },
  RegistryEntry("Reshape") { (node) throws(Failure) in try Reshape(node) },
  RegistryEntry("Flatten") { (node) throws(Failure) in try Flatten(node) },
  RegistryEntry("Squeeze") { (node) throws(Failure) in try Squeeze(node) },
  RegistryEntry("Unsqueeze") { (node) throws(Failure) in try Unsqueeze(node) },
  RegistryEntry("Transpose") { (node) throws(Failure) in try Transpose(node) },
  RegistryEntry("Expand") { (node) throws(Failure) in try Expand(node) },
  RegistryEntry("Tile") { (node) throws(Failure) in try Tile(node) },
  RegistryEntry("Concat") { (node) throws(Failure) in try Concat(node) },
  RegistryEntry("Split") { (node) throws(Failure) in try Split(node) },
  RegistryEntry("Slice") { (node) throws(Failure) in try Slice(node) },
  RegistryEntry("Pad") { (node) throws(Failure) in try Pad(node) },
  RegistryEntry("DepthToSpace") { (node) throws(Failure) in try DepthToSpace(node) },
  RegistryEntry("SpaceToDepth") { (node) throws(Failure) in try SpaceToDepth(node) },
  RegistryEntry("Resize") { (node) throws(Failure) in try Resize(node) },
  RegistryEntry("Upsample", since: 7) { (node) throws(Failure) in try Resize(node) },
]
