"""The company of `declared` with a label for everything, in both languages."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from fieldstone.metadata.model import App, Entity, Field, Named
from tests.rules.declared import APP

_N = TypeVar("_N", bound=Named)
_SIGNS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃"


def _labelled(one: _N, sort: str, chinese: str, at: int) -> _N:
    return replace(
        one, label={"en": f"{sort} {at}", "zh-CN": f"{chinese}{_SIGNS[at % len(_SIGNS)]}"}
    )


def _options(found: tuple[_N, ...]) -> tuple[_N, ...]:
    return tuple(_labelled(one, "Option", "选项", at) for at, one in enumerate(found))


def _field(one: Field, at: int) -> Field:
    named = _labelled(one, "Field", "字段", at)
    inverse = {"en": f"Followers {at}", "zh-CN": f"从属{_SIGNS[at % len(_SIGNS)]}"}
    return replace(
        named, options=_options(one.options), inverse_label=inverse if one.inverse else {}
    )


def _entity(one: Entity, at: int) -> Entity:
    fields = tuple(_field(each, n) for n, each in enumerate(one.fields))
    return replace(_labelled(one, "Kind", "对象", at), fields=fields)


def labelled() -> App:
    """The company, where nothing needs to be called by its name."""
    return replace(
        APP,
        hash="labelled",
        entities={key: _entity(one, at) for at, (key, one) in enumerate(APP.entities.items())},
        dimensions={
            key: replace(one, tags=_options(one.tags)) for key, one in APP.dimensions.items()
        },
        schemes={key: replace(one, bands=_options(one.bands)) for key, one in APP.schemes.items()},
    )


LABELLED = labelled()
