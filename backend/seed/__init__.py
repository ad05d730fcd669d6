"""Demo data: one company in Shanghai with customers, assets, devices, parts and people."""
