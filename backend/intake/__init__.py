"""Intake: from a case or a person's words to a ticket and its work order."""
