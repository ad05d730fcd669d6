"""Notifications: news for technicians and users, sent through Firebase Cloud Messaging."""
