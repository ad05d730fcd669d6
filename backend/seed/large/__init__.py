"""A large tenant: customers, assets, tickets and orders with their whole histories, the same for the same seed."""
