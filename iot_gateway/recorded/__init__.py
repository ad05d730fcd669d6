"""Recorded telemetry from files, through the same detectors as live telemetry."""
