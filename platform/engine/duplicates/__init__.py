"""Duplicates: records that may be one and the same, by the keys that an entity declares."""

from .finding import MOST, Duplicate, like, of_record

__all__ = ["MOST", "Duplicate", "like", "of_record"]
