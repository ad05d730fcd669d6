"""Versioned checklists and the check of their answers."""
