"""Pages of imports: the file, the mapping, the check, and what became of it."""
