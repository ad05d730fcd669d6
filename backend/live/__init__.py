"""The live picture: a snapshot of the map, then deltas over server-sent events."""
