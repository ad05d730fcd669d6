"""Attachments: which file belongs to which asset, order, visit, ticket; the one place that knows all those subjects."""
