"""Figures of many random histories, from the API and by a recomputation of its own."""
