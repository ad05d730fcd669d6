"""Measurements behind every figure that Fieldhand claims; each prints ratios of one run."""
