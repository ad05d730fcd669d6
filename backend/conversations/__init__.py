"""What is said about a ticket: with the customer, and in the house."""
