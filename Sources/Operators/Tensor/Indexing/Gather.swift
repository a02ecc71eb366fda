import CSystem
import Graphs
import Plans
import Tensors

/// Gather: slices of an axis at the places that the indices name. A view where known indices are evenly spaced.
final class Gather: Operator {
  private let axis: Int

  override init(_ node: Node) throws(Failure) {
    axis = try node.int("axis", default: 0)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let data = try inputs.required(0)
    let indices = try inputs.required(1)
    let axis = try normalize(axis: self.axis, rank: data.rank)
    if indices.rank <= 1, let view = try evenlySpaced(data, axis, indices, builder) { return [view] }
    let places = try builder.indices(indices)
    let x = try builder.contiguous(data)
    let shape = try checked(Array(x.shape[..<axis]) + indices.shape + Array(x.shape[(axis + 1)...]))
    let result = try builder.allocate(x.type, shape)
    if result.count == 0 { return [result] }
    let outer = try elementCount(of: Array(x.shape[..<axis]))
    let inner = try elementCount(of: Array(x.shape[(axis + 1)...])) * x.type.size
    let size = x.shape[axis]
    let count = places.count
    builder.emit("Gather", reads: [x, places], writes: [result]) { execution in
      let from = execution.bytes(x)
      let to = execution.bytes(result)
      let index = execution.pointer(places, as: Int64.self)
      for position in 0..<count {
        guard let place = place(index[position], size) else { return execution.failIndex(index[position], size) }
        for block in 0..<outer {
          memcpy(to + (block &* count &+ position) &* inner, from + (block &* size &+ place) &* inner, inner)
        }
      }
    }
    return [result]
  }

  /// The view that takes the places of a known scalar or vector of indices, if strides can express it.
  private func evenlySpaced(
    _ data: Operand, _ axis: Int, _ indices: Operand, _ builder: PlanBuilder
  ) throws(Failure) -> Operand? {
    guard builder.isKnown(indices), indices.count > 0, indices.count <= 1 << 16 else { return nil }
    let size = data.shape[axis]
    var places: [Int] = []
    for index in try builder.integers(indices, "the indices") {
      guard let place = place(Int64(index), size) else {
        throw Failure(.invalidInput, "index \(index) is out of range for axis \(axis) of shape \(describe(data.shape))")
      }
      places.append(place)
    }
    if indices.rank == 0 { return data.selecting(axis: axis, index: places[0]) }
    let step = places.count > 1 ? places[1] - places[0] : 1
    for position in places.indices.dropFirst() where places[position] - places[position - 1] != step { return nil }
    return data.sliced(axis: axis, start: places[0], step: step, count: places.count)
  }
}

/// GatherElements: from each place the element whose coordinate along `axis` the index at that place names.
final class GatherElements: Operator {
  private let axis: Int

  override init(_ node: Node) throws(Failure) {
    axis = try node.int("axis", default: 0)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let data = try inputs.required(0)
    let axis = try normalize(axis: self.axis, rank: data.rank)
    let places = try builder.indices(inputs.required(1))
    try requireWithin(places.shape, data.shape, except: axis)
    let result = try builder.allocate(data.type, places.shape)
    var origin = data
    origin.shape = places.shape
    origin.strides[axis] = 0
    let loop = StridedLoop(places.shape, result, places, origin)
    let (size, stride, bytes) = (data.shape[axis], data.strides[axis], data.type.size)
    builder.emit("GatherElements", reads: [data, places], writes: [result]) { execution in
      let from = execution.bytes(data)
      let to = execution.bytes(result)
      let indices = execution.pointer(places, as: Int64.self)
      loop.forEachRow { offset in
        for element in 0..<loop.count {
          let at = offset &+ loop.stride &* SIMD4(repeating: element)
          guard let place = place(indices[at[1]], size) else { return execution.failIndex(indices[at[1]], size) }
          copyElement(to + at[0] &* bytes, from + (at[2] &+ place &* stride) &* bytes, bytes)
        }
      }
    }
    return [result]
  }
}

/// Indices may cover a part of the data: no more than its size along each axis but one.
func requireWithin(_ indices: Shape, _ data: Shape, except axis: Int) throws(Failure) {
  let fits = indices.count == data.count && data.indices.allSatisfy { $0 == axis || indices[$0] <= data[$0] }
  guard fits else {
    throw Failure(.invalidInput, "indices of shape \(describe(indices)) do not fit data of shape \(describe(data))")
  }
}

/// GatherND: the elements or slices at the coordinates in the indices' last axis, within `batch_dims` common axes.
final class GatherND: Operator {
  private let batchAxes: Int

  override init(_ node: Node) throws(Failure) {
    batchAxes = try node.int("batch_dims", default: 0)
    guard batchAxes >= 0 else { throw Failure(.invalidModel, "attribute 'batch_dims' is negative") }
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let x = try builder.contiguous(inputs.required(0))
    let places = try builder.indices(inputs.required(1, ranks: 1...maximumRank))
    let depth = places.shape[places.rank - 1]
    guard batchAxes < places.rank, batchAxes <= x.rank, x.shape[..<batchAxes] == places.shape[..<batchAxes],
      depth >= 1, depth <= x.rank - batchAxes
    else {
      throw Failure(
        .invalidInput, "indices of shape \(describe(places.shape)) do not fit data of shape \(describe(x.shape))")
    }
    let tail = Array(x.shape[(batchAxes + depth)...])
    let shape = try checked(Array(places.shape.dropLast()) + tail)
    let result = try builder.allocate(x.type, shape)
    if result.count == 0 { return [result] }
    let slice = Coordinates(x, from: batchAxes, depth: depth)
    let batches = try elementCount(of: Array(x.shape[..<batchAxes]))
    let perBatch = try elementCount(of: Array(places.shape[batchAxes..<(places.rank - 1)]))
    let batchBytes = try elementCount(of: Array(x.shape[batchAxes...])) * x.type.size
    builder.emit("GatherND", reads: [x, places], writes: [result]) { execution in
      let indices = execution.pointer(places, as: Int64.self)
      for row in 0..<(batches &* perBatch) {
        guard let offset = slice.offset(indices + row &* depth, execution) else { return }
        memcpy(
          execution.bytes(result) + row &* slice.bytes,
          execution.bytes(x) + (row / perBatch &* batchBytes &+ offset), slice.bytes)
      }
    }
    return [result]
  }
}

/// How an update changes what it meets; nil replaces it. Updates of one place are taken in the order of the indices.
private func scatterReduction(_ node: Node) throws(Failure) -> BinaryOperation? {
  let name = try node.string("reduction", default: "none")
  switch name {
  case "none": return nil
  case "add": return .add
  case "mul": return .multiply
  case "max": return .maximum
  case "min": return .minimum
  default: throw Failure(.invalidModel, "attribute 'reduction' is '\(name)', expected none, add, mul, max or min")
  }
}

/// ScatterND: a copy of the data with slices at the coordinates in the indices' last axis replaced by the updates, or
/// combined with them.
final class ScatterND: Operator {
  private let reduction: BinaryOperation?

  override init(_ node: Node) throws(Failure) {
    reduction = try scatterReduction(node)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let data = try inputs.required(0)
    let places = try builder.indices(inputs.required(1, ranks: 1...maximumRank))
    let type = reduction == nil ? data.type : data.type.computed
    let updates = try builder.contiguous(builder.cast(inputs.required(2), to: type))
    let depth = places.shape[places.rank - 1]
    guard depth >= 1, depth <= data.rank,
      updates.shape == Array(places.shape.dropLast()) + Array(data.shape[depth...])
    else {
      throw Failure(
        .invalidInput,
        "indices of shape \(describe(places.shape)) and updates of shape \(describe(updates.shape)) do not fit data of "
          + "shape \(describe(data.shape))")
    }
    let result = try builder.copied(builder.cast(data, to: type))
    let slice = Coordinates(result, from: 0, depth: depth)
    let rows = updates.count == 0 ? 0 : try elementCount(of: Array(places.shape.dropLast()))
    if reduction == nil, let known = try builder.tensor(places), let runs = slice.runs(known, rows: rows, depth: depth) {
      builder.emit("ScatterND", reads: [updates, result], writes: [result]) { execution in
        var from = execution.bytes(updates)
        for run in runs {
          memcpy(execution.bytes(result) + run.offset, from, run.byteCount)
          from += run.byteCount
        }
      }
      return [try builder.cast(result, to: data.type)]
    }
    builder.emit("ScatterND", reads: [places, updates, result], writes: [result]) { [reduction] execution in
      let indices = execution.pointer(places, as: Int64.self)
      for row in 0..<rows {
        guard let offset = slice.offset(indices + row &* depth, execution) else { return }
        let (to, from) = (execution.bytes(result) + offset, execution.bytes(updates) + row &* slice.bytes)
        if let reduction {
          accumulate(reduction, type, slice.bytes / type.size, to, from)
        } else {
          memcpy(to, from, slice.bytes)
        }
      }
    }
    return [try builder.cast(result, to: data.type)]
  }
}

/// Slices of a contiguous operand by coordinates along `depth` axes.
private struct Coordinates {
  /// Bytes of a slice.
  let bytes: Int
  private let sizes: [Int]

  init(_ operand: Operand, from axis: Int, depth: Int) {
    sizes = Array(operand.shape[axis..<(axis + depth)])
    var bytes = operand.type.size
    for size in operand.shape[(axis + depth)...] { bytes = bytes &* size }
    self.bytes = bytes
  }

  /// Known slices that follow each other without gaps, put together; nil when a coordinate is out of range.
  func runs(_ indices: Tensor, rows: Int, depth: Int) -> [(offset: Int, byteCount: Int)]? {
    var runs: [(offset: Int, byteCount: Int)] = []
    let places = indices.elements(as: Int64.self)
    for row in 0..<rows {
      var offset = 0
      for axis in 0..<depth {
        guard let place = place(places[row &* depth &+ axis], sizes[axis]) else { return nil }
        offset = offset &* sizes[axis] &+ place
      }
      offset = offset &* bytes
      if let last = runs.last, last.offset + last.byteCount == offset {
        runs[runs.count - 1].byteCount += bytes
      } else {
        runs.append((offset, bytes))
      }
    }
    return runs
  }

  /// The slice's first byte; nil, with the execution failed, when a coordinate is out of range.
  @inline(__always)
  func offset(_ indices: UnsafePointer<Int64>, _ execution: Execution) -> Int? {
    var offset = 0
    for axis in sizes.indices {
      guard let place = place(indices[axis], sizes[axis]) else {
        execution.failIndex(indices[axis], sizes[axis])
        return nil
      }
      offset = offset &* sizes[axis] &+ place
    }
    return offset &* bytes
  }
}

/// ScatterElements: a copy of the data in which each update replaces the element whose coordinate along `axis` its
/// index names, or is combined with it.
final class ScatterElements: Operator {
  private let axis: Int
  private let reduction: BinaryOperation?

  override init(_ node: Node) throws(Failure) {
    axis = try node.int("axis", default: 0)
    reduction = try scatterReduction(node)
    try super.init(node)
  }

  override func lower(_ inputs: Inputs, _ builder: PlanBuilder) throws(Failure) -> [Operand?] {
    let data = try inputs.required(0)
    let axis = try normalize(axis: self.axis, rank: data.rank)
    let places = try builder.indices(inputs.required(1))
    let type = reduction == nil ? data.type : data.type.computed
    let updates = try builder.cast(inputs.required(2), to: type)
    try requireWithin(places.shape, data.shape, except: axis)
    guard updates.shape == places.shape else {
      throw Failure(
        .invalidInput, "updates have shape \(describe(updates.shape)), expected \(describe(places.shape))")
    }
    let result = try builder.copied(builder.cast(data, to: type))
    var origin = result
    origin.shape = places.shape
    let (size, stride, bytes) = (result.shape[axis], result.strides[axis], type.size)
    origin.strides[axis] = 0
    let loop = StridedLoop(places.shape, places, updates, origin)
    builder.emit("ScatterElements", reads: [places, updates, result], writes: [result]) { [reduction] execution in
      let from = execution.bytes(updates)
      let to = execution.bytes(result)
      let indices = execution.pointer(places, as: Int64.self)
      loop.forEachRow { offset in
        for element in 0..<loop.count {
          let at = offset &+ loop.stride &* SIMD4(repeating: element)
          guard let place = place(indices[at[0]], size) else { return execution.failIndex(indices[at[0]], size) }
          let (target, source) = (to + (at[2] &+ place &* stride) &* bytes, from + at[1] &* bytes)
          if let reduction {
            accumulate(reduction, type, 1, target, source)
          } else {
            copyElement(target, source, bytes)
          }
        }
      }
    }
    return [try builder.cast(result, to: data.type)]
  }
}
