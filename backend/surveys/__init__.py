"""Surveys: one single-use link after each resolved ticket."""
