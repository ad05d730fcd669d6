"""Ground floor: database, settings, errors, identity, outbox, ids and clock."""
