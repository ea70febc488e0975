"""Options: how a file is imported, kept with the import so that anybody can go on with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from .source import Source, open_source


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a file is imported; see `mapping.SCHEMA` for the mapping.

    With `all_or_nothing` a first bad row keeps the whole file out. With `tell` the rules of the
    entity run afterwards and owners are told. What is None of the others is found out from the
    file.
    """

    mapping: Mapping[str, Any] = field(default_factory=dict)
    dry_run: bool = False
    all_or_nothing: bool = False
    tell: bool = False
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None

    def to_json(self) -> dict[str, Any]:
        """What `open` needs again after a crash, and what is to be done at the end."""
        return {
            "mapping": dict(self.mapping),
            "tell": self.tell,
            "sheet": self.sheet,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The options that `to_json` wrote."""
        return cls(**{key: data[key] for key in cls().to_json() if key in data})

    def open(self, path: Path, name: str | None = None) -> Source:
        """The file as these options read it; `name` is what people call it."""
        return open_source(
            path,
            sheet=self.sheet,
            encoding=self.encoding,
            delimiter=self.delimiter,
            name=name,
        )
