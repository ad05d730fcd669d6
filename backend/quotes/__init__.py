"""Quotes: what work that is not covered would cost the customer, sent, accepted or refused."""
