"""Promises about time: calendars, policies and the clocks that run."""
