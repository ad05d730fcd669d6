"""The dispatch optimiser: plain arrays in, a plan out; no I/O, no database, no wall clock."""
