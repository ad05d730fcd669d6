"""Who can do the work, where they start and when they are on shift."""
