"""Lists of work orders: filters, search, saved views, changes of many at once, files."""
