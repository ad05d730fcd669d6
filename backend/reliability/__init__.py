"""How reliable an asset is: what its states, failures, meters and orders say."""
