"""Archives: a zip that nobody vouches for, read in memory, within bounds that are counted."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Sequence
from io import BytesIO

from ...metadata.problems import Problem
from ..errors import Invalid, TooLarge
from .members import APP, FOLDERS_OF_A_PACKAGE, MOST_BYTES, Form, Member, refused, refused_name

MOST_PACKED = 4 * 1024 * 1024
"""Of a zip as it comes, which bounds the list of its members too."""

_MOST_RATIO = 100
_SMALL = 1024 * 1024
"""More than this that unpacks to more than _MOST_RATIO times the zip is a trap: JSON gives ten."""

_UTF8, _ENCRYPTED = 0x800, 0x1 | 0x40 | 0x2000
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_TOP = Member("", "folder")
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    OverflowError,
)
"""What `zipfile` and what it stands on raise for bytes that are no zip, or a damaged one."""


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of a zip by their paths in the package; Invalid says why it is none.

    They lie at the root, or in one folder that holds everything.
    """
    if len(content) > MOST_PACKED:
        raise TooLarge.because("package.too_large", most=MOST_PACKED)
    try:
        if not zipfile.is_zipfile(BytesIO(content)):
            raise Invalid.because("package.not_one")
        with zipfile.ZipFile(BytesIO(content)) as archive:
            infos = archive.infolist()
            problems = [one for info in infos if (one := _refused(info))]
            if problems:
                raise Invalid(problems)
            return _files(archive, infos, len(content))
    except UnicodeDecodeError as error:
        raise Invalid.because("package.encoding") from error
    except _UNREADABLE as error:
        raise Invalid.because("package.damaged") from error


def _files(
    archive: zipfile.ZipFile, infos: Sequence[zipfile.ZipInfo], packed: int
) -> dict[str, bytes]:
    top = _top(infos)
    inside = {info.orig_filename.removeprefix(top): info for info in infos}
    members = [Member(info.orig_filename.removeprefix(top), _form(info)) for info in infos]
    problems = refused([one for one in members if one != _TOP])
    if problems:
        raise Invalid(problems)
    found: dict[str, bytes] = {}
    size = 0
    for member in members:
        if member.form == "file":
            with archive.open(inside[member.path]) as file:
                found[member.path] = file.read(MOST_BYTES - size + 1)
            size += len(found[member.path])
            _require_bounded(size, packed)
    return found


def _require_bounded(size: int, packed: int) -> None:
    """Invalid for more than a package may hold; counted by what was read, not by what was said."""
    if size > MOST_BYTES:
        raise TooLarge.because("package.too_large_unpacked", most=MOST_BYTES)
    if size > max(_SMALL, packed * _MOST_RATIO):
        raise Invalid.because("package.ratio")


def _refused(info: zipfile.ZipInfo) -> Problem | None:
    """What is wrong with a member by its header alone.

    Its name is looked at as it was written: `zipfile` cuts one at a NUL, and others may read
    another name from the fields behind it.
    """
    name = info.orig_filename
    if not info.flag_bits & _UTF8 and not name.isascii():
        return Problem("package.encoding")
    wrong = refused_name(name)
    if wrong is not None:
        return wrong
    if info.filename != name:
        return Problem("package.name", {"name": name})
    if info.flag_bits & _ENCRYPTED:
        return Problem("package.encrypted", {}, name)
    if info.compress_type not in _METHODS:
        return Problem("package.method", {}, name)
    return None


def _top(infos: Sequence[zipfile.ZipInfo]) -> str:
    """The one folder that holds everything, with its slash; empty where files lie at the root."""
    tops = {info.orig_filename.partition("/")[0] for info in infos}
    if len(tops) != 1 or not all("/" in info.orig_filename for info in infos):
        return ""
    top = tops.pop()
    return "" if top in {APP, *FOLDERS_OF_A_PACKAGE} else f"{top}/"


def _form(info: zipfile.ZipInfo) -> Form:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "link"
    if info.orig_filename.endswith("/"):
        return "folder" if kind in {0, stat.S_IFDIR} else "special"
    return "file" if kind in {0, stat.S_IFREG} else "special"
