"""Outgoing mail: rows that are sent by SMTP, tried again, given up with a reason, and sent anew by hand."""
