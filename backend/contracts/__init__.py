"""Service contracts: what they cover, what they entitle to, and the coverage that each order keeps."""
