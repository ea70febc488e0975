"""Package: a template as it is kept, its texts written in one way whoever wrote them."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO

from ...metadata.documents import Document, file_text, path_of
from ...metadata.model import App, Manifest
from ..column_types import dump_json
from ..samples import FOLDER as SAMPLE
from ..samples import Declaration
from .members import README

_EPOCH = (1980, 1, 1, 0, 0, 0)
_FILE = 0o100644 << 16
_UNIX = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Package:
    """What a template consists of: documents in names, the app that they make, and the rest.

    `sample` is the declaration of its sample data, `sample_files` are the texts that it was read
    from, by file name.
    """

    documents: tuple[Document, ...]
    app: App
    sample: Declaration | None = None
    sample_files: Mapping[str, str] = field(default_factory=dict)
    readme: str = ""

    @property
    def manifest(self) -> Manifest:
        """The app document: name, version, labels."""
        return self.app.manifest

    @property
    def name(self) -> str:
        """The name of the template, which is that of its app."""
        return self.manifest.name

    @property
    def version(self) -> str:
        """The version of the template, which is that of its app."""
        return self.manifest.version

    def files(self) -> dict[str, str]:
        """The texts of its files by path, alike for equal packages."""
        found = {path_of(one.kind, one.name): file_text(one) for one in self.documents}
        found |= {f"{SAMPLE}/{name}": text for name, text in self.sample_files.items()}
        if self.readme:
            found[README] = self.readme
        return dict(sorted(found.items()))

    @cached_property
    def digest(self) -> str:
        """The hash of its content; equal packages have equal ones, however they were packed."""
        return hashlib.sha256(dump_json(self.files()).encode()).hexdigest()

    def packed(self) -> bytes:
        """The zip of it: the same bytes for the same content, at any time and anywhere."""
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for path, text in self.files().items():
                archive.writestr(_member(path), text.encode("utf-8"), compresslevel=9)
        return packed.getvalue()


def _member(path: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(path, _EPOCH)
    found.compress_type = zipfile.ZIP_DEFLATED
    found.create_system = _UNIX
    found.external_attr = _FILE
    return found
