"""Listed things as rows of inputs (`option.0.label.en`): options, key actions, tags and bands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldstone.engine.suggested_names import suggested_name
from fieldstone.metadata.schema import schema_of

from ...words import LOCALES

MOST = 200
"""As many rows as a page reads."""

COLORS: tuple[str, ...] = tuple(
    schema_of("entity")["properties"]["fields"]["items"]["properties"]["options"]["items"][
        "properties"
    ]["color"]["enum"]
)
"""The hues that a thing may have."""

Change = Callable[["ThingRow", dict[str, Any]], None]
"""What the inputs of a kind of thing say beyond label, colour and archived, written into it."""


@dataclass(frozen=True)
class ThingRow:
    """One thing as a row of inputs; `values` are those of its own kind, by their key."""

    at: int
    id: str
    labels: Mapping[str, str]
    color: str
    archived: bool
    values: Mapping[str, str]

    @property
    def text(self) -> str:
        """What a reader sees of it: the label in their language, else the other, else its id."""
        return next((one for one in self.labels.values() if one), self.id)


def ordered(locale: str) -> tuple[str, ...]:
    """The languages, the reader's first."""
    return (locale, *(one for one in LOCALES if one != locale))


def labels_of(value: Any) -> Mapping[str, str]:
    """Labels by locale; one text for all is shown as every language's."""
    if isinstance(value, str):
        return dict.fromkeys(LOCALES, value)
    return dict(value or {})


def typed_labels(typed: Mapping[str, str], key: str) -> dict[str, str]:
    """The texts of `key.en` and its kind that are not empty, by locale."""
    texts = {one: typed.get(f"{key}.{one}", "").strip() for one in LOCALES}
    return {one: text for one, text in texts.items() if text}


def id_of(one: Mapping[str, Any]) -> str:
    """What identifies a thing of a document."""
    return str(one.get("id") or one["name"])


def text_of(one: Mapping[str, Any], locale: str) -> str:
    """What a reader sees of a thing of a document."""
    labels = labels_of(one.get("label"))
    return labels.get(locale) or labels.get("en") or next(iter(labels.values()), str(one["name"]))


def typed_of(things: Sequence[Mapping[str, Any]], prefix: str) -> dict[str, str]:
    """Things (in ids) as their inputs show them: what all kinds share."""
    found: dict[str, str] = {}
    for at, one in enumerate(things):
        key = f"{prefix}.{at}"
        found[f"{key}.id"] = id_of(one)
        found[f"{key}.color"] = str(one.get("color", ""))
        found[f"{key}.off"] = "1" if one.get("archived") else ""
        found[f"{key}.instead"] = str(one.get("replaced_by", ""))
        for locale, text in labels_of(one.get("label") or one["name"]).items():
            found[f"{key}.label.{locale}"] = text
    return found


def rows(
    typed: Mapping[str, str], prefix: str, locale: str, spare: int = 0
) -> tuple[ThingRow, ...]:
    """What is typed as rows, with some empty ones to type into."""
    number = _number(typed, prefix)
    return tuple(_row(typed, prefix, at, locale) for at in range(min(number + spare, MOST)))


def _number(typed: Mapping[str, str], prefix: str) -> int:
    number = 0
    while number < MOST and any(one.startswith(f"{prefix}.{number}.") for one in typed):
        number += 1
    return number


def _row(typed: Mapping[str, str], prefix: str, at: int, locale: str) -> ThingRow:
    key = f"{prefix}.{at}."
    return ThingRow(
        at,
        typed.get(f"{key}id", ""),
        {one: typed.get(f"{key}label.{one}", "") for one in ordered(locale)},
        typed.get(f"{key}color", ""),
        bool(typed.get(f"{key}off")),
        {one.removeprefix(key): text for one, text in typed.items() if one.startswith(key)},
    )


def arranged(typed: Mapping[str, str], prefix: str, order: Sequence[int]) -> dict[str, str]:
    """What was typed with the rows in another order; those that it leaves out are gone."""
    number = _number(typed, prefix)
    known = tuple(f"{prefix}.{at}." for at in range(number))
    found = {key: text for key, text in typed.items() if not key.startswith(known)}
    for at, before in enumerate(order):
        for key, text in typed.items():
            if key.startswith(f"{prefix}.{before}."):
                found[f"{prefix}.{at}.{key.removeprefix(f'{prefix}.{before}.')}"] = text
    return found


def moved(typed: Mapping[str, str], prefix: str, at: int, by: int) -> dict[str, str]:
    """What was typed with one row moved among the others; past an end it stays."""
    order = list(range(_number(typed, prefix)))
    if 0 <= at < len(order) and 0 <= at + by < len(order):
        order.insert(at + by, order.pop(at))
    return arranged(typed, prefix, order)


def pressed(typed: Mapping[str, str], prefix: str) -> dict[str, str] | None:
    """What was typed after a button that moves a row (`up:2`) or asks for more rows.

    None where it was another button.
    """
    act, _, at = typed.get("act", "").partition(":")
    if act not in ("up", "down", "more"):
        return None
    known = at.isascii() and at.isdigit() and len(at) < 5
    return moved(typed, prefix, int(at), -1 if act == "up" else 1) if known else dict(typed)


def placed(typed: Mapping[str, str], prefix: str) -> dict[str, str]:
    """What was typed with the rows where their position boxes (from 1) put them."""
    boxes = [typed.get(f"{prefix}.{at}.place", "") for at in range(_number(typed, prefix))]
    return arranged(typed, prefix, order_of(boxes))


def order_of(boxes: Sequence[str]) -> list[int]:
    """The order that position boxes ask for; one that holds no number leaves its row alone."""
    order = list(range(len(boxes)))
    for at, box in enumerate(boxes):
        text = box.strip()
        if text.isascii() and text.isdigit() and len(text) < 5 and int(text) != at + 1:
            order.insert(max(int(text) - 1, 0), order.pop(order.index(at)))
    return order


def read(
    typed: Mapping[str, str],
    prefix: str,
    before: Sequence[Mapping[str, Any]],
    otherwise: str,
    change: Change | None = None,
    *,
    keep: bool = True,
) -> list[dict[str, Any]]:
    """The things in the order of their rows; new ones get a name from their label.

    Those that no row shows are archived with `keep`, else left out. `otherwise` begins the name
    of one whose label gives none.
    """
    old = {id_of(one): one for one in before}
    taken = set(old) | {str(one["name"]) for one in old.values()}
    found: list[dict[str, Any]] = []
    for row in rows(typed, prefix, "en"):
        labels = typed_labels(typed, f"{prefix}.{row.at}.label")
        if not labels:
            continue
        thing = dict(old.get(row.id, {})) or _new(labels, taken, otherwise)
        thing["label"] = labels
        for key, value in (("color", row.color), ("archived", row.archived)):
            if value and (key != "color" or value in COLORS):
                thing[key] = value
            else:
                thing.pop(key, None)
        _replace(thing, row, old)
        if change is not None:
            change(row, thing)
        found.append(thing)
    shown = {id_of(one) for one in found}
    gone = [{**one, "archived": True} for key, one in old.items() if key not in shown]
    return [*found, *gone] if keep else found


def _replace(thing: dict[str, Any], row: ThingRow, known: Collection[str]) -> None:
    """What records get instead of it; a row that does not ask for that leaves it as it is."""
    other = row.values.get("instead", thing.get("replaced_by", ""))
    thing.pop("replaced_by", None)
    if row.archived and other != row.id and other in known:
        thing["replaced_by"] = other


def _new(labels: Mapping[str, str], taken: set[str], otherwise: str) -> dict[str, Any]:
    label = labels.get("en") or next(iter(labels.values()))
    name = suggested_name(label, taken, otherwise=otherwise)
    taken.add(name)
    return {"id": name, "name": name}
