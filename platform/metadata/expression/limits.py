"""The bounds of an expression, checked before anything of it is evaluated."""

CHARACTERS = 2_000
"""Characters of an expression; a message may hold `MESSAGE` of them."""
MESSAGE = 10_000
NODES = 200
DEPTH = 32
DIGITS = 15
"""Digits of a number as written, before and after the point together."""
SCALE = 6
"""Digits after the point."""
