"""Tickets: what a customer or a device asks for."""
