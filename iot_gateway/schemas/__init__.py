"""Shapes of the HTTP answers."""
