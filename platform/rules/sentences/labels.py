"""What the parts of a sentence are called, and which of them a reader may not see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from ...metadata.messages import render
from ...metadata.model import App
from ..formats import Formats, inside
from ..ir import Aggregate, Formula, HasTag, Read, Step, Typed, Via
from ..types import options_called

Readable = Callable[[str, str], bool]
"""Whether the reader may see a field of an entity, both by id."""

MOST_TEXT = 60
"""Characters of a text that a sentence quotes."""

_EDGE = "\x00"
_TOUCHING = re.compile(
    f"(?<=[\u4e00-\u9fff]){_EDGE}(?=[A-Za-z0-9])|(?<=[A-Za-z0-9]){_EDGE}(?=[\u4e00-\u9fff])"
)
"""Where a Chinese word and a Latin one or a number meet at the edge of a value."""


class Labels:
    """The words of one reader: their language, and what they may see."""

    def __init__(self, app: App, formats: Formats, readable: Readable | None = None) -> None:
        self.app = app
        self.formats = formats
        self.locale = formats.locale
        self.readable = readable

    def say(self, key: str, count: int | None = None, **params: str) -> str:
        """The phrase of a key; words of two scripts that meet at a value are held apart."""
        return self.filled(render(key, self.locale, self._edged(count, params)))

    def phrase(self, template: str, arguments: Sequence[str]) -> str:
        """A function's phrase with its arguments: `{0}`, `{1}`, `{all}`, or the `{rest}`."""
        edged = [f"{_EDGE}{one}{_EDGE}" for one in arguments]
        comma = self.say("say.comma")
        listed = {"all": comma.join(edged), "rest": comma.join(edged[1:])}
        return self.filled(template.format(*edged, **listed))

    def among(self, said: Sequence[str]) -> str:
        """Values of which one is meant."""
        return joined("say.or_value", said, self.locale)

    def filled(self, said: str) -> str:
        """A phrase whose values are put in; see `say`."""
        return filled(said)

    def _edged(self, count: int | None, params: dict[str, str]) -> dict[str, str | int]:
        found: dict[str, str | int] = {name: f"{_EDGE}{one}{_EDGE}" for name, one in params.items()}
        return found if count is None else found | {"count": count}

    def quoted(self, text: str) -> str:
        """A text as it is compared with, cut where it is long."""
        shown = " ".join(text.split()) or self.say("say.quoted", text=text)
        return shown if len(shown) <= MOST_TEXT else shown[: MOST_TEXT - 1] + "…"

    def option(self, key: str, option_id: str) -> str:
        """The label of an option of a set (`types.options_of`)."""
        found = options_called(self.app, key).ids.get(option_id)
        return found.text(self.locale) if found else self.say("say.gone")

    def field(self, entity_id: str, field_id: str) -> str:
        """The label of a field; its name where it has none."""
        one = self.app.entity(entity_id).by_id.get(field_id)
        return one.text(self.locale) if one else self.say("say.this_record")

    def subject(self, node: Typed, before: tuple[str, ...] = (), outer: str | None = None) -> str:
        """The path to a field: `Customer · Owner`; of an outer record with what that is."""
        if isinstance(node, Via):
            labels = tuple(self.field(step.entity, step.field) for step in node.steps)
            of = node.steps[0].entity if node.up else None
            return self.subject(node.body, labels, of)
        assert isinstance(node, Read | Formula | HasTag)
        if before and node.field == "id":
            found = " · ".join(before)
        elif node.field == "id" and not node.up:
            return self.say("say.this_record")
        elif node.field == "id":
            return self.say("say.that_record", entity=self.kind(node.entity))
        else:
            found = " · ".join((*before, self.field(node.entity, node.field)))
        of = outer or (node.entity if node.up else None)
        return self.say("say.outer", entity=self.kind(of), what=found) if of else found

    def kind(self, entity_id: str) -> str:
        """What one record of an entity is called within a sentence."""
        return inside(self.app.entity(entity_id).text(self.locale), self.locale)

    def related(self, node: Aggregate) -> str:
        """What the records of an aggregate are called: `deals`, `Customer · deals`."""
        child = self.app.entity(node.entity)
        one = child.by_id[node.field]
        what = one.inverse_label.get(self.locale) or child.plural_text(self.locale)
        steps = [self.field(step.entity, step.field) for step in node.steps]
        found = " · ".join([*steps, what]) if steps else inside(what, self.locale)
        if not node.up:
            return found
        of = node.steps[0].entity if node.steps else node.owner
        return self.say("say.outer", entity=self.kind(of), what=found)

    def hides(self, node: Typed) -> bool:
        """Whether a value depends on what the reader may not see."""
        return hides(node, self.readable)


def joined(key: str, said: Iterable[str], locale: str) -> str:
    """Phrases with the word of a key between them."""
    return filled(render(key, locale).join(f"{_EDGE}{one}{_EDGE}" for one in said))


def filled(said: str) -> str:
    """A phrase whose values are put in: words of two scripts that meet there are held apart."""
    said = _TOUCHING.sub(" ", said).replace(_EDGE, "")
    return said.replace(" （", "（").replace("） ", "）")


def hides(node: Typed, readable: Readable | None) -> bool:
    """Whether a value depends on a field that is not `readable`; a formula stands for itself."""
    if readable is None:
        return False
    if isinstance(node, Formula):
        return not readable(node.entity, node.field)
    if isinstance(node, Read | HasTag) and not readable(node.entity, node.field):
        return True
    if isinstance(node, Via | Aggregate) and not _follows(node.steps, readable):
        return True
    if isinstance(node, Aggregate) and not readable(node.entity, node.field):
        return True
    return any(hides(child, readable) for child in node.children())


def _follows(steps: tuple[Step, ...], readable: Readable) -> bool:
    return all(readable(step.entity, step.field) for step in steps)
