"""Work orders and visits: what must be done on one asset, and each trip made for it."""
