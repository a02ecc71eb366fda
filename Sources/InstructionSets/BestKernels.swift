import CSystem
import KernelTable
import KernelsAVX2
import KernelsAVX512
import KernelsBaseline

/// The kernels for this processor. The environment variable CRNN_INSTRUCTION_SET ("baseline", "avx2", "avx512")
/// chooses a lesser set; one that the processor lacks is ignored.
public let bestKernels: KernelTable = {
  var level = system_instruction_set()
  if let wish = getenv("CRNN_INSTRUCTION_SET") {
    if strcmp(wish, "baseline") == 0 { level = 0 }
    if strcmp(wish, "avx2") == 0 { level = min(level, 1) }
  }
  return switch level {
  case 2: tableAVX512()
  case 1: tableAVX2()
  default: tableBaseline()
  }
}()
