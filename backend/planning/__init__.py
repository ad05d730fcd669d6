"""Plans: rows to an instance, a solved plan back to visits and reservations."""
