"""Lists of a hundred thousand orders: time at the database, and many clients on the same orders."""
