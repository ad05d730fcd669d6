"""Price lists: what labour, travel and parts cost, to customers, to the house, by outlets."""
