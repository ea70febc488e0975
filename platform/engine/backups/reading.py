"""Reading a backup: a file that nobody vouches for, opened without writing anything anywhere."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from .. import system_versions
from ..errors import Invalid
from . import form

_MOST_PARTS = 20_000
_MOST_MANIFEST = 16 * 1024 * 1024
_LONGEST_LINE = 64 * 1024 * 1024
_MOST_RATIO = 250
"""A part that unpacks to more times its size was not made by us: JSON lines give a tenth of it."""

_SMALL = 1024 * 1024
_NAME = re.compile(r"(system|records|tags)/[a-z][a-z0-9_]{0,127}\.jsonl")


class Backup:
    """An opened backup: what it says of itself, and the rows of its parts."""

    def __init__(
        self, raw: IO[bytes], archive: zipfile.ZipFile, manifest: Mapping[str, Any]
    ) -> None:
        self._raw = raw
        self._archive = archive
        self._manifest = manifest

    @classmethod
    def open(cls, file: Path) -> Self:
        """Open a file; Invalid says why it is no backup, or none that this product can read."""
        # Held apart from the archive, which stays open as long as a part of it is half read.
        raw = file.open("rb")
        try:
            archive = zipfile.ZipFile(raw)
            _check_parts(archive)
            manifest = _manifest(archive)
            _check_manifest(archive, manifest)
        except zipfile.BadZipFile as error:
            raw.close()
            raise Invalid.because("backup.not_one") from error
        except BaseException:
            raw.close()
            raise
        return cls(raw, archive, manifest)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._archive.close()
        self._raw.close()

    @property
    def slug(self) -> str:
        """The slug of the workspace when it was backed up."""
        return str(self._manifest["slug"])

    @property
    def name(self) -> str:
        """The name of the workspace."""
        return str(self._manifest["name"])

    @property
    def revision(self) -> int:
        """The revision that was in force."""
        return int(self._manifest["revision"])

    @property
    def numbers(self) -> Mapping[str, int]:
        """The last id that each part gave."""
        found: Mapping[str, int] = self._manifest["numbers"]
        return found

    @property
    def parts(self) -> frozenset[str]:
        """The names of the parts."""
        return frozenset(self._manifest["parts"])

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(one["rows"] for one in self._manifest["parts"].values())

    def read(self, part: str) -> Iterator[list[Any]]:
        """The lines of a part, its head first; Invalid for a line that cannot be read.

        At the end the part is compared with what the manifest says of it.
        """
        said = self._manifest["parts"][part]
        digest, count = hashlib.sha256(), -1
        with _told(part), self._archive.open(part) as lines:
            for count, line in enumerate(_lines(lines, part)):
                digest.update(line)
                yield _parsed(line, part, count)
        if count != said["rows"] or digest.hexdigest() != said["sha256"]:
            raise Invalid.because("backup.damaged", part=part)


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = {one.filename for one in parts}
    if form.MANIFEST not in names or len(names) != len(parts) or len(parts) > _MOST_PARTS:
        raise Invalid.because("backup.not_one")
    for one in parts:
        if one.filename != form.MANIFEST and not _NAME.fullmatch(one.filename):
            raise Invalid.because("backup.strange_part", part=one.filename[:200])
        packed = max(one.compress_size, 1)
        if one.flag_bits & 1 or (one.file_size > _SMALL and one.file_size / packed > _MOST_RATIO):
            raise Invalid.because("backup.damaged", part=one.filename)


def _manifest(archive: zipfile.ZipFile) -> Any:
    if archive.getinfo(form.MANIFEST).file_size > _MOST_MANIFEST:
        raise Invalid.because("backup.damaged", part=form.MANIFEST)
    with _told(form.MANIFEST):
        try:
            return json.loads(archive.read(form.MANIFEST))
        except (ValueError, RecursionError) as error:
            raise Invalid.because("backup.damaged", part=form.MANIFEST) from error


def _check_manifest(archive: zipfile.ZipFile, manifest: Any) -> None:
    if not isinstance(manifest, dict) or manifest.get("product") != "fieldstone":
        raise Invalid.because("backup.not_one")
    versions = manifest.get("format"), manifest.get("system_version")
    if any(type(one) is not int or one < 1 for one in versions):
        raise Invalid.because("backup.not_one")
    if manifest["format"] > form.FORMAT or manifest["system_version"] > system_versions.LATEST:
        version = str(manifest.get("product_version"))[:40]
        raise Invalid.because("backup.newer", version=version)
    whole = (
        all(isinstance(manifest.get(one), str) for one in ("slug", "name"))
        and type(manifest.get("revision")) is int
        and _counts(manifest.get("numbers"))
        and isinstance(manifest.get("parts"), dict)
        and all(
            isinstance(one, dict)
            and type(one.get("rows")) is int
            and isinstance(one.get("sha256"), str)
            for one in manifest["parts"].values()
        )
        and {*manifest["parts"], form.MANIFEST} == set(archive.namelist())
    )
    if not whole:
        raise Invalid.because("backup.damaged", part=form.MANIFEST)


def _counts(value: Any) -> bool:
    return isinstance(value, dict) and all(
        type(one) is int and 0 <= one < 2**63 for one in value.values()
    )


def _lines(file: IO[bytes], part: str) -> Iterator[bytes]:
    while line := file.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise Invalid.because("backup.damaged", part=part)
        yield line


def _parsed(line: bytes, part: str, at: int) -> list[Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Invalid.because("backup.row", part=part, row=at + 1) from error
    if not isinstance(found, list):
        raise Invalid.because("backup.row", part=part, row=at + 1)
    return found


@contextmanager
def _told(part: str) -> Iterator[None]:
    """Say which part of the file cannot be unpacked."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Invalid.because("backup.damaged", part=part) from error
