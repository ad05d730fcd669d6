"""Where the technician is, in shift only."""
