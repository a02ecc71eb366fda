"""Decoders measured beside flashlight-text and pyctcdecode: `make bench-decoders`."""
