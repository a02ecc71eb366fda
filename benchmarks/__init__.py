"""Measures crnn beside the other runtimes: `python -m benchmarks --help`."""
