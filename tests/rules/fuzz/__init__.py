"""Trying out a great many expressions; the suite runs a part of it, `make fuzz` all."""
