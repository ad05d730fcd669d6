"""Files of a technician's own visits: uploads whole or in chunks, by hash, and what is attached."""
