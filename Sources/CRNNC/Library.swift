import CCRNN
import CSystem
import InstructionSets
import KernelTable
import Tensors

@c @implementation
public func crnn_version() -> UnsafePointer<CChar>! { text("0.1.0") }

@c @implementation
public func crnn_abi_version() -> Int32 { CRNN_ABI_VERSION }

@c @implementation
public func crnn_instruction_set() -> UnsafePointer<CChar>! { text(bestKernels.name) }

@c @implementation
public func crnn_type_size(_ type: crnn_type) -> Int {
  ElementType(rawValue: Int32(bitPattern: type.rawValue))?.size ?? 0
}
