"""The outbox: what leaves the house, recorded with its cause and delivered at least once."""
