"""Where technicians are while they are on shift."""
