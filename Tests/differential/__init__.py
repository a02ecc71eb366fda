"""Differential test: random small graphs through the library and through ONNX Runtime; see CONTRIBUTING.md."""
