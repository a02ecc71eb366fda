// swift-tools-version: 6.2
// One set of sources, built two ways:
//   swift build                     ordinary Swift: tools and tests
//   CRNN_EMBEDDED=1 swift build …   Embedded Swift: the shipped libcrnn.so (see Makefile)
import PackageDescription

let embedded = Context.environment["CRNN_EMBEDDED"] == "1"
let root = Context.packageDirectory

/// No tables for exceptions to unwind by and no frame pointers: nothing is thrown through the library, and debuggers
/// have `.debug_frame`. (SwiftPM asks for frame pointers after these flags; clang's own `-mframe-pointer` wins.)
/// Functions get sections of their own, so that the linker drops those that nothing calls. No hashes of each file's
/// code, which only an incremental build compares.
let small =
  ["-fno-unwind-tables", "-fno-asynchronous-unwind-tables", "-Xclang", "-mframe-pointer=none"].flatMap { ["-Xcc", $0] }
  + ["-function-sections", "-disable-incremental-llvm-codegen"].flatMap { ["-Xfrontend", $0] }

/// Checked code: an index out of range traps instead of corrupting the host's memory.
/// Sequences of instructions that occur again are made functions, and a function has one trap for all of its checks.
let checked: [SwiftSetting] =
  embedded
  ? [
    .enableExperimentalFeature("Embedded"),
    .unsafeFlags(
      small + [
        "-wmo", "-Osize", "-enforce-exclusivity=unchecked", "-Xfrontend", "-mergeable-traps", "-Xllvm",
        "-enable-machine-outliner=always",
      ]),
  ] : []

/// Kernels see only sizes that were validated, and are optimised in every configuration.
func kernels(_ instructionSet: String, _ flags: [String] = []) -> Target {
  .target(
    name: "Kernels\(instructionSet)", dependencies: ["CSystem", "KernelTable"],
    swiftSettings: (embedded ? [.enableExperimentalFeature("Embedded"), .unsafeFlags(small)] : []) + [
      .unsafeFlags(
        ["-wmo", "-num-threads", "1", "-Xfrontend", "-enable-single-module-llvm-emission", "-Ounchecked"]
          + flags.flatMap { ["-Xcc", $0] })
    ])
}

/// A module of the library; `uses` names those it may import.
func module(_ name: String, uses: [String], linker: [LinkerSetting] = []) -> Target {
  .target(
    name: name, dependencies: uses.map { .byName(name: $0) }, swiftSettings: checked, linkerSettings: linker)
}

func linkerFlags(_ flags: [String]) -> [String] { flags.flatMap { ["-Xlinker", $0] } }

let sharedLibrary: [LinkerSetting] = !embedded ? [] : [
  .unsafeFlags(
    ["-enable-experimental-feature", "Embedded", "-use-ld=lld"]
      + linkerFlags([
        "--version-script=\(root)/include/crnn.map", "-soname", "libcrnn.so.0", "--gc-sections", "--icf=all",
        "--wrap=posix_memalign", "--wrap=free",
        "-z", "nodelete", "-z", "defs", "-z", "relro", "-z", "now", "-z", "noexecstack", "-z", "pack-relative-relocs",
      ]),
    .when(configuration: .release))
]

let foundation: [Target] = [
  .target(name: "CCRNN"),
  .target(
    name: "CSystem",
    cSettings: [.unsafeFlags(["-O2", "-fvisibility=hidden"])] + (embedded ? [.define("CRNN_EMBEDDED")] : []),
    linkerSettings: [.linkedLibrary("m")]),
  module("KernelTable", uses: []),
  kernels("Baseline"),
  kernels("AVX2", ["-march=x86-64-v3"]),
  kernels("AVX512", ["-march=x86-64-v4"]),
]

/// The library's modules, lowest first; each may import those that it names.
let parts: [Target] = [
  module(
    "InstructionSets", uses: ["CSystem", "KernelTable", "KernelsBaseline", "KernelsAVX2", "KernelsAVX512"]),
  module("Tensors", uses: ["CSystem"]),
  module("Graphs", uses: ["Tensors"]),
  module("Formats", uses: ["CSystem", "InstructionSets", "KernelTable", "Graphs", "Tensors"]),
  module("Plans", uses: ["CSystem", "KernelTable", "Graphs", "Tensors"]),
  module("Operators", uses: ["CSystem", "Plans", "KernelTable", "Graphs", "Tensors"]),
  module("Engine", uses: ["CSystem", "InstructionSets", "Operators", "Plans", "KernelTable", "Graphs", "Tensors"]),
  module("Passes", uses: ["CSystem", "Engine", "Operators", "Plans", "KernelTable", "Graphs", "Tensors"]),
  module("Models", uses: ["CSystem", "Formats", "Passes", "Engine", "Operators", "Plans", "Graphs", "Tensors"]),
  module("CTC", uses: ["CSystem", "InstructionSets", "KernelTable", "Tensors"]),
  module("Recognition", uses: ["CTC", "Tensors", "CSystem"]),
  module(
    "CRNNC",
    uses: [
      "CCRNN", "CSystem", "Recognition", "CTC", "Models", "Engine", "InstructionSets", "KernelTable", "Graphs",
      "Tensors",
    ],
    linker: sharedLibrary),
]

/// An Embedded build compiles the parts as one module, which halves its time, takes less room, and keeps functions
/// from being emitted again by each module that uses them. The files import the parts by name all the same; the module
/// map in Sources/Parts has those names, and nothing in them.
let wholeLibrary = Target.target(
  name: "CRNNC", dependencies: foundation.map { .byName(name: $0.name) }, path: "Sources",
  exclude: ["Parts", "Kernels", "COnnxChecker", "CZlib", "crnn-convert"] + foundation.map(\.name),
  sources: parts.map(\.name),
  swiftSettings: checked + [.unsafeFlags(["-Xcc", "-fmodule-map-file=\(root)/Sources/Parts/module.modulemap"])],
  linkerSettings: sharedLibrary)

/// The tools and tests, which no Embedded build sees. Debian's libonnx, libprotobuf and zlib serve these alone.
let tools: [Target] = [
  .target(name: "CPeak", path: "benchmarks/kernels/peak", cSettings: [.unsafeFlags(["-O2"])]),
  .executableTarget(
    name: "kernel-bench",
    dependencies: ["CPeak", "CSystem", "KernelTable", "KernelsBaseline", "KernelsAVX2", "KernelsAVX512"],
    path: "benchmarks/kernels/bench", swiftSettings: [.unsafeFlags(["-O"])]),
  .target(
    name: "COnnxChecker",
    cxxSettings: [.define("ONNX_ML", to: "1"), .define("ONNX_NAMESPACE", to: "onnx")],
    linkerSettings: [.linkedLibrary("onnx"), .linkedLibrary("onnx_proto"), .linkedLibrary("protobuf")]),
  .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
  .executableTarget(
    name: "crnn-convert",
    dependencies: [
      "CCRNN", "CRNNC", "CTC", "Operators", "COnnxChecker", "CZlib",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ]),
]

func tests(_ name: String, uses: [String]) -> Target {
  .testTarget(name: "\(name)Tests", dependencies: uses.map { .byName(name: $0) })
}

let testTargets: [Target] = [
  tests("Kernels", uses: ["KernelTable", "KernelsBaseline", "KernelsAVX2", "KernelsAVX512", "CSystem"]),
  tests("Formats", uses: ["Formats", "Graphs", "Tensors", "CSystem", "COnnxChecker"]),
  tests("Recognition", uses: ["Recognition", "CTC", "Tensors"]),
  tests(
    "Engine",
    uses: [
      "Formats", "Passes", "Engine", "InstructionSets", "Operators", "Plans", "Graphs", "Tensors", "KernelTable",
      "CSystem",
    ]),
  tests("Convert", uses: ["CCRNN"]),
]

let package = Package(
  name: "crnn",
  products: [.library(name: "crnn", type: .dynamic, targets: ["CRNNC"])],
  dependencies: embedded
    ? [] : [.package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")],
  targets: foundation + (embedded ? [wholeLibrary] : parts + tools + testTargets))
