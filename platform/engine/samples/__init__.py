"""Samples: a believable company's records, made from a declaration with a seeded generator."""

from .declaration import Declaration, DeclarationError, read
from .making import Sample, make

__all__ = ["Declaration", "DeclarationError", "Sample", "make", "read"]
