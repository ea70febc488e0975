"""Installing a version of a template, from its documents."""

from __future__ import annotations

from collections.abc import Iterable

from fieldstone.engine import packages
from fieldstone.engine.installation import Installation
from fieldstone.metadata.documents import Document, file_text, path_of
from tests.engine.packages.club import zipped


def install(installation: Installation, documents: Iterable[Document]) -> None:
    """Install the package that these documents (in names) are."""
    file = installation.settings.home / "template.zip"
    texts = {path_of(one.kind, one.name): file_text(one).encode() for one in documents}
    file.write_bytes(zipped(texts))
    installation.templates.install(packages.read(file))
    file.unlink()
