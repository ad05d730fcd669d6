"""Files: photos, documents and recordings, each kept once by the hash of its content, and what they are linked to."""
