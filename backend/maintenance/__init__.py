"""Maintenance plans, what comes due by them, compliance, and inspection rounds."""
