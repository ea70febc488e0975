"""Suggested names: the ASCII name that a label gives, by pinyin where it is Chinese."""

from __future__ import annotations

import re
from collections.abc import Collection

from ..metadata.naming import free_id, is_reserved

_LONGEST = 36
_OTHER = re.compile(r"[^a-z0-9]+")


def suggested_name(label: str, taken: Collection[str] = (), *, otherwise: str = "field") -> str:
    """A name that documents accept and that is not `taken`: `信用等级` gives `xin_yong_deng_ji`."""
    from pypinyin import lazy_pinyin

    text = "_".join(lazy_pinyin(label)).lower().replace("ü", "v")
    name = _OTHER.sub("_", text).strip("_")
    if not name or not name[0].isalpha():
        name = f"{otherwise}_{name}".strip("_")
    name = name[:_LONGEST].rstrip("_")
    if is_reserved(name):
        name = f"{name}_{otherwise}"[:_LONGEST]
    return free_id(name, taken)
