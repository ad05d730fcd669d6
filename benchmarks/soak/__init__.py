"""The soak: numbered records through real processes that are killed, and exact sets at the end."""
