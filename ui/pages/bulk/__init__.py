"""Bulk changes: choosing records in a list, changing them together, and what came of it."""
