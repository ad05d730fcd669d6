"""Outlets: partner companies whose technicians do some of the work and are paid for it."""
