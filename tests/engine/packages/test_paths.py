"""Whatever a zip calls its members and however it is damaged, no path of it leads out."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path, PureWindowsPath

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstone.engine.errors import Refused
from fieldstone.engine.packages.archive import unpacked
from fieldstone.engine.packages.members import Member, refused, refused_name
from tests.engine.packages.club import SAMPLE, files, zipped

HOME = Path("/srv/packages/club")
SAFE = re.compile(r"app\.json|README\.md|[a-z_]+/[A-Za-z0-9_][A-Za-z0-9_.-]*\.json")
PIECES = st.sampled_from(
    ("..", ".", "/", "\\", "C:", "~", "\0", " ", "a", "é", "客", "\u2215", "\uff0e", "CON", ":",
     "entities", "sample", "app.json", "book.json", "README.md", "club", ".git")
)  # fmt: skip
PATHS = st.lists(PIECES, min_size=1, max_size=6).map("".join) | st.text(min_size=1, max_size=12)
GOOD = zipped(files(sample=SAMPLE, readme="Read me"))


def require_inside(path: str) -> None:
    """Fail for a path that is not in the folder that it would be put into, on any system."""
    assert SAFE.fullmatch(path)
    assert (HOME / path).resolve().is_relative_to(HOME)
    on_windows = PureWindowsPath(path)
    assert not on_windows.drive and not on_windows.root and ".." not in on_windows.parts


@settings(max_examples=400)
@given(st.lists(PATHS, min_size=1, max_size=4))
def test_a_path_that_passes_stays_inside(paths: list[str]) -> None:
    if not refused([Member(path, "file") for path in paths]):
        for path in paths:
            require_inside(path)


@settings(max_examples=400)
@given(PATHS)
def test_a_path_that_leaves_is_known(path: str) -> None:
    place = (HOME / path.replace("\0", "")).resolve()
    if not place.is_relative_to(HOME):
        assert refused_name(path) is not None


@settings(max_examples=300)
@given(st.lists(PATHS, min_size=1, max_size=3, unique=True))
def test_no_member_of_a_zip_leaves_it(names: list[str]) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            info = zipfile.ZipInfo("x")
            info.filename = name
            archive.writestr(info, b"{}")
    try:
        found = unpacked(content.getvalue())
    except Refused:
        return
    for path in found:
        require_inside(path)


@settings(max_examples=400)
@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=8),
    st.integers(0, len(GOOD)),
)
def test_a_damaged_zip_is_refused_or_read(changes: list[tuple[int, int]], cut: int) -> None:
    content = bytearray(GOOD)
    for at, value in changes:
        content[at] = value
    for given_bytes in (bytes(content), bytes(content[:cut]), bytes(content[cut:])):
        try:
            found = unpacked(given_bytes)
        except Refused:
            continue
        for path in found:
            require_inside(path)
