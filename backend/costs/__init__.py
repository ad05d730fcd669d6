"""What orders cost and who pays: cost sheets, and settlement with customers, outlets and the house."""
