"""Delta sync: what changed for this technician, and the operations done on site."""
