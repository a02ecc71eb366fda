// Times the kernels alone on one core: kernel-bench [baseline|avx2|avx512]
import CPeak
import CSystem
import KernelTable
import KernelsAVX2
import KernelsAVX512
import KernelsBaseline

let available = Array([tableBaseline(), tableAVX2(), tableAVX512()].prefix(Int(system_instruction_set()) + 1))
let wanted = CommandLine.arguments.dropFirst().first
for (instructionSet, table) in available.enumerated() where wanted == nil || wanted == "\(table.name)" {
  let peak = measurePeak(Int32(instructionSet))
  print("\(table.name): peak of multiply-add \(decimal(peak, 1)) GFLOP/s")
  benchmarkGemm(table, peak: peak)
  benchmarkWindows(table, peak: peak)
  benchmarkCells(table)
  benchmarkRows(table)
}
