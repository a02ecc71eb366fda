import CCRNN
import CSystem
import Engine
import Graphs
import Models
import Tensors

@c @implementation
public func crnn_session_create(
  _ model: OpaquePointer!, _ options: UnsafePointer<crnn_session_options>!,
  _ session: UnsafeMutablePointer<OpaquePointer?>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let result = try required(session, "session")
    result.pointee = nil
    let open = try CRNNC.model(model)
    let options = try sized(options, zero: crnn_session_options(), "options")
    guard options.threads >= -1, options.threads <= 1024 else {
      throw Failure(.invalidArgument, "options.threads is \(options.threads), expected -1 to 1024")
    }
    guard options.plan_capacity >= 0 else {
      throw Failure(.invalidArgument, "options.plan_capacity is \(options.plan_capacity), expected 0 or more")
    }
    guard options.loop_limit >= 0 else {
      throw Failure(.invalidArgument, "options.loop_limit is \(options.loop_limit), expected 0 or more")
    }
    let threads = options.threads == -1 ? Int(system_processor_count()) : max(1, Int(options.threads))
    let capacity = options.plan_capacity == 0 ? 16 : Int(options.plan_capacity)
    let loopLimit = options.loop_limit == 0 ? Session.defaultIterationLimit : Int(options.loop_limit)
    result.pointee = HandleTable.shared.add(
      try OpenSession(
        open, threads: threads, planCapacity: capacity, loopLimit: loopLimit,
        isExact: options.exact != 0, isProfiled: options.profile != 0,
        budget: Budget(of: "session", bytes: byteLimit(options.memory_limit))), .session)
  }
}

@c @implementation
public func crnn_session_release(_ session: OpaquePointer!) { release(session, .session) }

@c @implementation
public func crnn_session_get_info(
  _ session: OpaquePointer!, _ info: UnsafeMutablePointer<crnn_session_info>!
) -> crnn_status {
  reporting { () throws(Failure) in
    let open = try CRNNC.session(session)
    let info = try required(info, "info")
    try open.exclusively { () throws(Failure) in
      let session = open.session
      let figures = crnn_session_info(
        size: 0, memory_bytes: UInt64(session.memoryBytes), plan_count: UInt64(session.planCount),
        plans_built: UInt64(session.plansBuilt), threads: Int32(clamping: session.threadCount), reserved: 0)
      try fill(info, with: figures, "info")
    }
  }
}

@c @implementation
public func crnn_session_run(
  _ session: OpaquePointer!, _ inputs: UnsafePointer<crnn_tensor>!, _ input_count: Int,
  _ outputs: UnsafeMutablePointer<crnn_tensor>!, _ output_count: Int
) -> crnn_status {
  reporting { () throws(Failure) in
    let open = try CRNNC.session(session)
    try open.exclusively { () throws(Failure) in
      try arrange(inputs, input_count, open)
      guard output_count >= 0, output_count <= 1 << 20 else {
        throw Failure(
          .invalidArgument, "output_count is \(output_count), but the model has \(open.open.outputs.count)")
      }
      try choose(outputs, output_count, open)
      let results = try open.session.run(open.inputs, version: open.version)
      for (position, index) in open.wanted.enumerated() {
        try deliver(results[index], shape: open.shape(index, results[index].shape), to: outputs + position)
      }
    }
  }
}

/// Puts the caller's inputs into the session's list, in the network's order.
private func arrange(_ inputs: UnsafePointer<crnn_tensor>?, _ count: Int, _ open: OpenSession) throws(Failure) {
  let declared = open.open.inputs
  guard count == declared.count else {
    throw Failure(
      .invalidArgument, "input_count is \(count), expected \(declared.count): \(names(of: declared))")
  }
  if count == 0 { return }
  let inputs = try required(inputs, "inputs")
  open.runs += 1
  for position in 0..<count {
    let index = try find(inputs[position].name, position: position, in: declared, "inputs")
    let name = declared[index].name.pointer
    guard open.givenIn[index] < open.runs else {
      throw Failure(.invalidArgument, "input '\(String(cString: name))' is given twice")
    }
    open.givenIn[index] = open.runs
    do throws(Failure) {
      if try open.inputs[index].take(inputs[position]) { open.version += 1 }
    } catch {
      open.version += 1
      throw error.within("input '\(String(cString: name))'")
    }
  }
}

/// A tensor of the caller's, called `what` in messages.
func inputData(_ tensor: crnn_tensor, _ what: Message) throws(Failure) -> InputData {
  var data = InputData(InputDescription(.float32, []), nil)
  do throws(Failure) { _ = try data.take(tensor) } catch { throw error.within(what) }
  return data
}

extension InputData {
  /// Becomes a tensor of the caller's. Returns whether its type or shape differs from what it was.
  fileprivate mutating func take(_ tensor: crnn_tensor) throws(Failure) -> Bool {
    guard let type = ElementType(rawValue: Int32(bitPattern: tensor.type.rawValue)) else {
      throw Failure(.invalidArgument, "type \(tensor.type.rawValue) is no crnn_type")
    }
    guard tensor.rank >= 0, tensor.rank <= Int32(maximumRank) else {
      throw Failure(.invalidInput, "rank \(tensor.rank), expected 0 to \(maximumRank)")
    }
    let rank = Int(tensor.rank)
    var isNew = description.type != type || description.shape.count != rank
    description.type = type
    if description.shape.count != rank { description.shape = Shape(repeating: 0, count: rank) }
    if rank > 0 {
      guard let dimensions = tensor.shape else { throw Failure(.invalidArgument, "shape is NULL") }
      for axis in 0..<rank where dimensions[axis] != Int64(description.shape[axis]) {
        guard dimensions[axis] >= 0 else {
          throw Failure(.invalidInput, "a negative dimension, \(dimensions[axis])")
        }
        description.shape[axis] = Int(dimensions[axis])
        isNew = true
      }
    }
    let shape = description.shape
    let (byteCount, overflow) = try elementCount(of: shape).multipliedReportingOverflow(by: type.size)
    guard !overflow, tensor.byte_count == byteCount else {
      throw Failure(
        .invalidArgument,
        "byte_count is \(tensor.byte_count), expected \(byteCount) for \(type.name) \(describe(shape))")
    }
    guard tensor.data != nil || byteCount == 0 else { throw Failure(.invalidArgument, "data is NULL") }
    data = tensor.data.map { UnsafeRawPointer($0) }
    return isNew
  }
}

/// Notes the network's outputs that the caller wants, by number.
private func choose(
  _ outputs: UnsafeMutablePointer<crnn_tensor>?, _ count: Int, _ open: OpenSession
) throws(Failure) {
  open.wanted.removeAll(keepingCapacity: true)
  if count == 0 { return }
  let outputs = try required(outputs, "outputs")
  for position in 0..<count {
    open.wanted.append(try find(outputs[position].name, position: position, in: open.open.outputs, "outputs"))
  }
}

/// The number of a value by name or, without one, by position.
private func find(
  _ name: UnsafePointer<CChar>?, position: Int, in values: [TensorSpec], _ what: StaticString
) throws(Failure) -> Int {
  guard let name else {
    guard position < values.count else {
      throw Failure(
        .invalidArgument, "\(what)[\(position)]: the model has \(values.count) \(what): \(names(of: values))")
    }
    return position
  }
  for index in values.indices where strcmp(values[index].name.pointer, name) == 0 { return index }
  throw Failure(
    .invalidArgument, "\(what)[\(position)]: the model has no '\(String(cString: name))', only \(names(of: values))")
}

private func names(of values: [TensorSpec]) -> String {
  var text = ""
  for (index, value) in values.enumerated() {
    text += "\(index > 0 ? ", " : "")'\(String(cString: value.name.pointer))'"
  }
  return text
}

/// Hands a result out: in place, or into the caller's memory.
private func deliver(
  _ result: OutputData, shape: UnsafePointer<Int64>, to output: UnsafeMutablePointer<crnn_tensor>
) throws(Failure) {
  if let data = output.pointee.data {
    guard output.pointee.byte_count >= result.byteCount else {
      throw Failure(
        .invalidArgument,
        "an output of shape \(describe(result.shape)) takes \(result.byteCount) bytes, byte_count is"
          + " \(output.pointee.byte_count)")
    }
    data.copyMemory(from: result.data, byteCount: result.byteCount)
  } else {
    output.pointee.data = result.data
  }
  output.pointee.byte_count = result.byteCount
  output.pointee.shape = shape
  output.pointee.rank = Int32(result.shape.count)
  output.pointee.type = crnn_type(UInt32(bitPattern: result.type.rawValue))
}
