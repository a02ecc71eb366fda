import CPeak
import CSystem

/// Seconds of the fastest of many repetitions, for a call of which as many are made as fill 2 ms.
func seconds(_ body: () -> Void) -> Double {
  body()
  var calls = 1
  var best = Double.infinity
  while true {
    let start = system_seconds()
    for _ in 0..<calls { body() }
    let time = system_seconds() - start
    if time > 2e-3 {
      best = time / Double(calls)
      break
    }
    calls *= 2
  }
  for _ in 0..<40 {
    let start = system_seconds()
    for _ in 0..<calls { body() }
    best = min(best, (system_seconds() - start) / Double(calls))
  }
  return best
}

/// GFLOP/s of one core on multiply-adds in registers.
func measurePeak(_ instructionSet: Int32) -> Double {
  var operations = 0.0
  let time = seconds { operations = peak_operations(instructionSet, 20_000) }
  return operations / time / 1e9
}

func decimal(_ x: Double, _ digits: Int) -> String {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = Int((x * scale).rounded())
  let fraction = String(scaled % Int(scale))
  return "\(scaled / Int(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

/// Memory of the benchmark, aligned as the library's tensors are, filled with numbers between -1 and 1.
func buffer(_ count: Int) -> UnsafeMutablePointer<Float> {
  let memory = UnsafeMutableRawPointer.allocate(byteCount: max(64, count * 4), alignment: 64)
    .bindMemory(to: Float.self, capacity: count)
  var state: UInt32 = 1
  for i in 0..<count {
    state = state &* 1_664_525 &+ 1_013_904_223
    memory[i] = Float(state >> 8) / 8_388_608 - 1
  }
  return memory
}
