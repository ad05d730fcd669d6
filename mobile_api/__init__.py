"""Technicians' API: day bundle, sync, operations."""
