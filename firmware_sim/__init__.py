"""Simulated field devices: they know the MQTT protocol and nothing else of the product."""
