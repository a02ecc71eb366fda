"""Proofs that take minutes: what the library promises to the program around it (docs/reliability.md)."""
