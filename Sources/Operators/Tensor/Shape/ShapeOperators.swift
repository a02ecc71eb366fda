import Graphs
import Tensors

let shapeOperators: [RegistryEntry] = [
  RegistryEntry("Identity") { (node) throws(Failure) in try Identity(node) },
  RegistryEntry("Dropout", since: 7, .float, .float, .bool) { (node) throws(Failure) in try Dropout(node) },
  RegistryEntry("Cast") { (node) throws(Failure) in try Cast(node) },
  RegistryEntry("CastLike", since: 15) { (node) throws(Failure) in try CastLike(node) },
  RegistryEntry("Shape") { (node) throws(Failure) in try ShapeOf(node) },
  RegistryEntry("Size") { (node) throws(Failure) in try SizeOf(node) },
  RegistryEntry("Constant") { (node) throws(Failure) in try Constant(node) },
  RegistryEntry("ConstantOfShape", since: 9, .int64) { (node) throws(Failure) in try ConstantOfShape(node) },
  RegistryEntry("Range", since: 11, .number, .same) { (node) throws(Failure) in try RangeOperator(node) },
  RegistryEntry("Reshape", .any, .int64) { (node) throws(Failure) in try Reshape(node) },
  RegistryEntry("Flatten") { (node) throws(Failure) in try Flatten(node) },
  RegistryEntry("Squeeze", .any, .int64) { (node) throws(Failure) in try Squeeze(node) },
  RegistryEntry("Unsqueeze", .any, .int64) { (node) throws(Failure) in try Unsqueeze(node) },
  RegistryEntry("Transpose") { (node) throws(Failure) in try Transpose(node) },
  RegistryEntry("Expand", since: 8, .any, .int64) { (node) throws(Failure) in try Expand(node) },
  RegistryEntry("Tile", since: 6, .any, .int64) { (node) throws(Failure) in try Tile(node) },
  RegistryEntry("Concat", .any, .same) { (node) throws(Failure) in try Concat(node) },
  RegistryEntry("Split", .any, .int64) { (node) throws(Failure) in try Split(node) },
  RegistryEntry("Slice", .any, .index) { (node) throws(Failure) in try Slice(node) },
  RegistryEntry("Pad", .any, .int64, .same, .index) { (node) throws(Failure) in try Pad(node) },
  RegistryEntry("DepthToSpace") { (node) throws(Failure) in try DepthToSpace(node) },
  RegistryEntry("SpaceToDepth") { (node) throws(Failure) in try SpaceToDepth(node) },
  RegistryEntry("Resize", since: 10, .any, .float, .float32, .int64) { (node) throws(Failure) in try Resize(node) },
  RegistryEntry("Upsample", since: 7, .any, .float32) { (node) throws(Failure) in try Resize(node) },
]
