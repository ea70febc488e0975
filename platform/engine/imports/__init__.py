"""Imports: rows of files into records, through the same door as everybody's."""

from .desk import Import
from .kept import folder_of_home, sweep
from .mapping import guess, read_mapping
from .opening import bad_rows_file, opened
from .options import Options
from .report import Report, UnknownValue, write_errors
from .resolving import resolve
from .run import resume, run
from .source import Source, open_source
from .tasks import KINDS, do

__all__ = [
    "KINDS",
    "Import",
    "Options",
    "Report",
    "Source",
    "UnknownValue",
    "bad_rows_file",
    "do",
    "folder_of_home",
    "guess",
    "open_source",
    "opened",
    "read_mapping",
    "resolve",
    "resume",
    "run",
    "sweep",
    "write_errors",
]
