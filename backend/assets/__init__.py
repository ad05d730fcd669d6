"""The equipment in the field: where it stands, what is inside, how it failed."""
