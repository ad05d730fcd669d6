"""Stock ledger, reservations and purchasing."""
