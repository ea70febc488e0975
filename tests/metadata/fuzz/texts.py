"""Files that are no JSON, no text or no document: cut, changed, in other encodings."""

from __future__ import annotations

import random

from fieldstone.metadata.documents import MAX_BYTES
from tests.metadata.fuzz.templates import Template
from tests.metadata.fuzz.wrong import Wrong, at, sort, written


def _file(chance: random.Random, template: Template) -> tuple[str, bytes]:
    path = chance.choice(sorted(template.data))
    return path, written(template.data[path])


def _unreadable(path: str, content: bytes, *ids: str, must: bool = True) -> Wrong:
    return Wrong(files={path: content}, where=[at(path)], ids=ids, must=must)


@sort
def cut_off(chance: random.Random, template: Template) -> Wrong | None:
    path, content = _file(chance, template)
    end = chance.randrange(len(content.rstrip()))
    return _unreadable(path, content[:end], "json.syntax", "json.not_utf8")


@sort
def begun_late(chance: random.Random, template: Template) -> Wrong | None:
    path, content = _file(chance, template)
    return _unreadable(path, content[chance.randrange(1, len(content)) :])


@sort
def other_encoding(chance: random.Random, template: Template) -> Wrong | None:
    path, content = _file(chance, template)
    name = chance.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "gbk", "utf-7", "cp037"))
    other = content.decode().encode(name, "replace")
    if other == content:
        return None
    ids = ("json.not_utf8", "json.byte_order_mark", "json.syntax")
    # UTF-7 is ASCII, and so is JSON where no text needs more.
    return _unreadable(path, other, *ids, must=name != "utf-7")


@sort
def no_object(chance: random.Random, template: Template) -> Wrong | None:
    path, _ = _file(chance, template)
    content = chance.choice((b"", b" \n", b"[]", b'"x"', b"1", b"null", b"true", b"[{}]", b"{}"))
    return _unreadable(path, content)


@sort
def not_quite_json(chance: random.Random, template: Template) -> Wrong | None:
    path, content = _file(chance, template)
    text = content.decode()
    ways = (
        text.replace('"', "'"),
        text.replace("}", ",}", 1),
        "// words\n" + text,
        text + text,
        text + "x",
        text.replace(":", "=", 1),
        text.replace('"', "“", 1),
        text.replace("true", "True").replace("{", "{0: 1, ", 1),
        text.replace('": "', '": "\n', 1),
        text.replace(",", ", ,", 1),
        text.replace('": ', '": +', 1),
    )
    return _unreadable(path, chance.choice(ways).encode(), "json.syntax")


@sort
def too_large(chance: random.Random, template: Template) -> Wrong | None:
    path, content = _file(chance, template)
    large = content + b" " * (MAX_BYTES + 1 - len(content))
    return Wrong(files={path: large}, where=[at(path)], ids=["file.too_large"], of_file=True)


@sort
def bytes_changed(chance: random.Random, template: Template) -> Wrong | None:
    path, content = _file(chance, template)
    found = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8))):
        index = chance.randrange(len(found))
        way = chance.randrange(4)
        if way == 0:
            found[index] ^= 1 << chance.randrange(8)
        elif way == 1:
            del found[index : index + chance.choice((1, 1, 2, 20))]
        elif way == 2:
            found[index:index] = chance.randbytes(chance.choice((1, 1, 3)))
        else:
            found[index:index] = chance.choice((b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\"))
        if not found:
            break
    return Wrong(files={path: bytes(found)}, must=False)


@sort
def lines_changed(chance: random.Random, template: Template) -> Wrong | None:
    path, content = _file(chance, template)
    lines = content.splitlines()
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    way = chance.randrange(3)
    if way == 0:
        lines[one], lines[other] = lines[other], lines[one]
    elif way == 1:
        del lines[one]
    else:
        lines[one:one] = [lines[other]]
    return Wrong(files={path: b"\n".join(lines)}, must=False)
