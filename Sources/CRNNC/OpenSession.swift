import CSystem
import Engine
import Models
import Recognition
import Tensors

/// A session behind a handle, which one thread at a time may use.
final class OpenSession {
  let session: Session
  /// With its names and shapes, which the caller may still hold.
  let open: OpenModel
  var model: Model { open.model }
  /// What the model's metadata said of its images when the session was created.
  private(set) var recognizer: RecognizerDescription?
  private let recognizerFailure: Failure?
  private let turn = Turn()
  private let budget: Budget
  /// The last run's inputs in the network's order, the run that each was given in, and the outputs that were wanted.
  /// Kept because the next run's will mostly be of the same shapes.
  var inputs: [InputData]
  var givenIn: [Int]
  /// Grows whenever a type or shape of the inputs may have changed.
  var version = 1
  var runs = 0
  var wanted: [Int] = []
  /// Shapes of the last run's outputs, as C reads them.
  private var shapes: [UnsafeMutablePointer<Int64>] = []
  /// The texts of profile entries, as C reads them, as far as they were asked for.
  private var profileTexts: [[CText]] = []

  init(
    _ open: OpenModel, threads: Int, planCapacity: Int, loopLimit: Int, isExact: Bool, isProfiled: Bool,
    budget: Budget
  ) throws(Failure) {
    self.open = open
    self.budget = budget
    let model = open.model
    inputs = [InputData](repeating: InputData(InputDescription(.float32, []), nil), count: open.inputs.count)
    givenIn = [Int](repeating: 0, count: open.inputs.count)
    session = try Session(
      model.network, threads: threads, planCapacity: planCapacity,
      iterationLimit: loopLimit, isExact: isExact, isProfiled: isProfiled)
    var failure: Failure?
    do throws(Failure) {
      let metadata = model.metadata
      recognizer = try RecognizerDescription { key in metadata.value(key) }
    } catch {
      failure = error
    }
    recognizerFailure = failure
    for _ in model.network.outputs {
      shapes.append(UnsafeMutablePointer<Int64>.allocate(capacity: maximumRank))
    }
  }

  deinit { for shape in shapes { shape.deallocate() } }

  func requireRecognizer() throws(Failure) -> RecognizerDescription {
    if let recognizer { return recognizer }
    throw recognizerFailure ?? Failure(.invalidMetadata, "the model does not describe its images")
  }

  /// Runs the body while no other thread can use the session, and charges it to the session.
  func exclusively(_ body: () throws(Failure) -> Void) throws(Failure) {
    try turn.take("session")
    budget.begin()
    defer {
      budget.end()
      turn.end()
    }
    try body()
  }

  /// A shape in memory that stays valid until the next run.
  func shape(_ index: Int, _ shape: Shape) -> UnsafePointer<Int64> {
    for (axis, dimension) in shape.enumerated() { shapes[index][axis] = Int64(dimension) }
    return UnsafePointer(shapes[index])
  }

  /// Step, node and operator of a profile entry, in memory that stays valid while the session lives.
  func texts(ofProfileEntry index: Int, in profile: Profile) -> [CText] {
    while profileTexts.count <= index {
      let entry = profile.entries[profileTexts.count]
      profileTexts.append([CText(entry.step), CText(entry.node?.name ?? ""), CText(entry.node?.type ?? "")])
    }
    return profileTexts[index]
  }
}
