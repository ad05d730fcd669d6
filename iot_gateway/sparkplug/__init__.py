"""Sparkplug B at the gateway: protobuf payloads with birth, death, aliases and sequence numbers."""
