"""Uploads: a file with its options, sent as a form of two parts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.wrappers import Request

from ..engine.errors import Malformed
from ..engine.imports import Source, kept
from ..metadata.problems import Problem
from . import bodies
from .bodies import Schema
from .reading import MOST_BYTES, UnsupportedMediaType, json_of

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """What a route takes that takes a file; `options` is the schema of the part of that name."""

    options: Schema


IMPORT_FILE: Final = Upload(bodies.IMPORT)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was sent: its content, its name without folders, and the options."""

    content: IO[bytes]
    name: str
    options: dict[str, Any]


@dataclass(slots=True)
class Received:
    """A file that was kept: its folder, the hash of its content, and the file opened.

    `taken` says whether an import has it: then it stays.
    """

    name: str
    options: dict[str, Any]
    folder: Path
    digest: str
    source: Source
    taken: bool = False

    def take(self) -> None:
        """Say that an import has it."""
        self.taken = True


def read(request: Request, upload: Upload) -> Sent:
    """The file and its options; TooLarge, UnsupportedMediaType or Malformed if unreadable."""
    kind, _ = parse_options_header(request.headers.get("Content-Type"))
    if kind.lower() != "multipart/form-data":
        raise UnsupportedMediaType(Problem("api.form_type", {"type": kind[:100]}))
    request.max_content_length = kept.LARGEST_FILE + MOST_BYTES
    request.max_form_memory_size = MOST_BYTES
    try:
        files, form = request.files, request.form
    except RequestEntityTooLarge as error:
        raise kept.too_large() from error
    except ClientDisconnected as error:
        raise Malformed(Problem("api.body_cut")) from error
    sent = files.get("file")
    if sent is None:
        raise Malformed(Problem("api.no_file", pointer="/file"))
    options = json_of(form.get("options", "{}").encode("utf-8", "surrogatepass"))
    bodies.check(options, upload.options)
    name = (sent.filename or "").replace("\\", "/").rpartition("/")[2].replace("\x00", "")
    return Sent(sent.stream, name[:_LONGEST_NAME] or "file", options)
