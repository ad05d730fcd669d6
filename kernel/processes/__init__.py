"""Private services, processes and their supervision on one machine."""
