"""Use cases of maintenance, one module each."""
