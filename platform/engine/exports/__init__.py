"""Exports: records of a list to a CSV or XLSX that people read, and that an import reads back."""

from .run import ROWS_OF_SHEET, write
from .writing import FORMATS, Format, format_of

__all__ = ["FORMATS", "ROWS_OF_SHEET", "Format", "format_of", "write"]
