"""Imports: rows of files into records, through the same door as everybody's."""

from .kept import sweep
from .mapping import guess, read_mapping
from .report import Report, UnknownValue, write_errors
from .resolving import resolve
from .run import Options, resume, run
from .source import Source, open_source

__all__ = [
    "Options",
    "Report",
    "Source",
    "UnknownValue",
    "guess",
    "open_source",
    "read_mapping",
    "resolve",
    "resume",
    "run",
    "sweep",
    "write_errors",
]
