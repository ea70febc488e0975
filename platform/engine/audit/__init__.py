"""The audit: history is sealed into a chain of hashes, and verified against it."""
