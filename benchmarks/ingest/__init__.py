"""Ingest: how close the gateway comes to the broker and to COPY, and what others reach on the same machine."""
