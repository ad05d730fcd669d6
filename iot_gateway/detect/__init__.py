"""Detectors: pure functions of plain values and numpy arrays."""
