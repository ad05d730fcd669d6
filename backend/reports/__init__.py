"""Service reports: what a visit did, as a sealed PDF in Chinese and English, in versions, mailed to the customer."""
