"""Names in problems: what documents write, which people read as words of their language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .messages import render
from .model.named import Named


class TypeNames(str):
    """Names of field types with commas between; `text` gives what the types are called."""

    __slots__ = ()

    @classmethod
    def of(cls, names: Iterable[str]) -> TypeNames:
        """Several types as one parameter."""
        return cls(", ".join(names))

    def text(self, locale: str) -> str:
        """The types as they are offered in the Studio."""
        words = (render(f"type_name.{one}", locale) for one in self.split(", "))
        return render("type_name.between", locale).join(words)


class Together:
    """Several things (options, fields) as one parameter: their labels with commas between."""

    def __init__(self, things: Iterable[Named]) -> None:
        self._things = tuple(things)

    def text(self, locale: str) -> str:
        """The labels in the reader's language."""
        return render("type_name.between", locale).join(one.text(locale) for one in self._things)


class ThingName(str):
    """The name of a thing in its document; `text` gives its label where it has one."""

    _labels: Mapping[str, str]

    @classmethod
    def of(cls, name: str, data: Mapping[str, Any]) -> ThingName:
        """The name of the thing whose document or part of one is `data`."""
        made = cls(name)
        label = data.get("label")
        made._labels = label if isinstance(label, Mapping) else {}
        return made

    def text(self, locale: str) -> str:
        """The label in the reader's language, else in English, else the name."""
        return str(self._labels.get(locale) or self._labels.get("en") or str(self))


class Said(str):
    """Words of a value, which are told however long they are."""

    __slots__ = ()
