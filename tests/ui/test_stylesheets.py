"""Stylesheets: what a class looks like is said in one of them, for no area to change another."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

SHEETS = Path(__file__).parents[2] / "ui" / "assets" / "src" / "css"


def classes(sheet: Path) -> set[str]:
    """The classes that a sheet gives a look by their name alone."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    selectors = (one.strip() for rule in re.findall(r"([^{}]+)\{", text) for one in rule.split(","))
    return {one[1:] for one in selectors if re.fullmatch(r"\.[\w-]+", one)}


def test_a_class_gets_its_look_in_one_sheet() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for sheet in sorted(SHEETS.glob("*.css")):
        for name in classes(sheet):
            found[name].append(sheet.name)
    assert found["button"] == ["base.css"]
    assert {name: sheets for name, sheets in found.items() if len(sheets) > 1} == {}
