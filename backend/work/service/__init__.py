"""Use cases of work orders and visits, one module per actor's errand."""
