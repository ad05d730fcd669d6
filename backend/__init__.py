"""System of record, staff API, console and worker; one room per feature."""
