"""The bundle of a day: everything a technician needs without a network."""
