"""The meaning of expressions, and what is decided with it, as pure functions."""
