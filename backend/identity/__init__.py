"""Who may log in: users, sessions, lock-out."""
