"""The command line: `fieldstone`, what an administrator does at a terminal."""

from .program import main

__all__ = ["main"]
