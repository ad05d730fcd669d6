"""Remote first: a command, its proof in telemetry, and what follows from either outcome."""
