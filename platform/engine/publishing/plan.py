"""The plan of a publish: what is wrong, what changes, what will be done and what could be lost.

A plan is a value. Making one touches nothing; it can be shown, written to a file, and published
later, as long as the revision that it starts from is still in force.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ...metadata.change import Change
from ...metadata.documents import Document, document_of
from ...metadata.messages import LOCALES, render
from ...metadata.problems import Problem
from ..errors import Conflict, Invalid, Malformed
from .steps import Loss, Step

FORMAT = 1


class Told(Protocol):
    """Something that has words for a reader."""

    def text(self, locale: str) -> str:
        """The words in the reader's language."""
        ...


@dataclass(frozen=True, slots=True)
class Words:
    """What was told when the plan was made, in every language, read back from a file.

    `kind` and `document` are those of the change, empty for a use.
    """

    by_locale: Mapping[str, str]
    kind: str = ""
    document: str = ""

    def text(self, locale: str) -> str:
        """The words in the reader's language, else in English."""
        return self.by_locale.get(locale) or self.by_locale.get("en", "")

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Words:
        return cls(dict(data["text"]), data.get("kind", ""), data.get("document", ""))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What publishing `documents` (in ids) on top of the revision `base` of a workspace would do.

    With `problems` nothing can be published; `notes` refuse nothing. `changes` are differences in
    words, `uses` the places that refer to what is archived, renamed or of another type. `differs`
    says whether the documents are others at all; an alias or the text of something archived is no
    change worth telling. `template` is the hash of the version of a template that the revision
    goes back to, None for that of its parent. `back` says that the documents are those of an
    earlier revision, which come back as they were.
    """

    workspace: str
    base: int
    documents: tuple[Document, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    changes: tuple[Change | Words, ...] = ()
    steps: tuple[Step, ...] = ()
    uses: tuple[Told, ...] = ()
    differs: bool = False
    template: str | None = None
    back: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to publish and nothing wrong."""
        return not (self.differs or self.changes or self.steps or self.problems or self.template)

    @property
    def exit_code(self) -> int:
        """What `plan --exit-code` answers: 0 nothing to change, 2 changes, 1 problems."""
        if self.problems:
            return 1
        return 0 if self.empty else 2

    @property
    def losses(self) -> tuple[Loss, ...]:
        """Everything that would be lost, each to be accepted by its key."""
        return tuple(step.loss for step in self.steps if step.loss)

    def text(self, locale: str = "en") -> str:
        """The whole plan in lines, as the command line shows it."""
        return "\n".join(_lines(self, locale))

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON values (numbers int or Decimal), for `json_text.write_json`."""
        return {
            "format": FORMAT,
            "workspace": self.workspace,
            "base": self.base,
            "differs": self.differs,
            "template": self.template,
            "back": self.back,
            "problems": [_problem(one) for one in self.problems],
            "notes": [_problem(one) for one in self.notes],
            "changes": [_change(one) for one in self.changes],
            "steps": [one.to_json() for one in self.steps],
            "uses": _told(self.uses),
            "documents": [dict(one.data) for one in self.documents],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """The plan that `to_json` wrote; Malformed for anything else, or for one with problems."""
        try:
            if data["format"] != FORMAT or data["problems"]:
                raise Malformed(Problem("publish.no_plan"))
            return cls(
                workspace=data["workspace"],
                base=data["base"],
                documents=tuple(document_of(one, in_ids=True) for one in data["documents"]),
                changes=tuple(Words.from_json(one) for one in data["changes"]),
                steps=tuple(Step.from_json(one) for one in data["steps"]),
                uses=tuple(Words.from_json(one) for one in data["uses"]),
                differs=data["differs"],
                template=data.get("template"),
                back=data.get("back", False),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise Malformed(Problem("publish.no_plan")) from error


def still_holds(plan: Plan, fresh: Plan, accepted: Collection[str]) -> None:
    """Refuse what was not shown: problems and losses of rows written since, other steps."""
    if fresh.problems:
        raise Invalid(fresh.problems)
    if [one.does for one in fresh.steps] != [one.does for one in plan.steps]:
        raise Conflict(Problem("publish.data_moved"))
    require_accepted(fresh.losses, accepted)


def require_accepted(losses: Iterable[Loss], accepted: Collection[str]) -> None:
    """Invalid for losses of which somebody did not say by their key that they are accepted."""
    lost = [one for one in losses if one.key not in accepted]
    if lost:
        raise Invalid(not_accepted(lost))


def not_accepted(losses: Iterable[Loss]) -> tuple[Problem, ...]:
    """A problem for each loss that nobody accepted."""
    return tuple(
        Problem(
            "publish.loss_not_accepted",
            {"key": one.key, "rows": one.rows, "examples": "; ".join(one.examples)},
        )
        for one in losses
    )


def _lines(plan: Plan, locale: str) -> Iterator[str]:
    for problem in plan.problems:
        yield f"✗ {problem.line(locale)}"
    for note in plan.notes:
        yield f"· {note.line(locale)}"
    if plan.problems:
        return
    if plan.empty:
        yield render("publish.nothing", locale)
        return
    yield from _section("publish.section.changes", plan.changes, locale)
    yield from _steps(plan, locale)
    for loss in plan.losses:
        examples = "; ".join(loss.examples)
        yield render("publish.loss", locale, {**loss.to_json(), "examples": examples})
    yield from _section("publish.section.uses", plan.uses, locale)


def _steps(plan: Plan, locale: str) -> Iterator[str]:
    if plan.steps:
        yield render("publish.section.steps", locale, {"count": len(plan.steps)})
    for step in plan.steps:
        yield f"  {step.text(locale)}"
        yield from (f"    {line}" for line in step.lines(locale))


def _section(title: str, things: Iterable[Told], locale: str) -> Iterator[str]:
    lines = [f"  {one.text(locale)}" for one in things]
    if lines:
        yield render(title, locale, {"count": len(lines)})
        yield from lines


def _told(things: Iterable[Told]) -> list[dict[str, Any]]:
    return [{"text": _texts(one)} for one in things]


def _change(one: Change | Words) -> dict[str, Any]:
    return {"kind": one.kind, "document": one.document, "text": _texts(one)}


def _texts(one: Told) -> dict[str, str]:
    return {locale: one.text(locale) for locale in LOCALES}


def _problem(one: Problem) -> dict[str, Any]:
    return {
        "id": one.id,
        "document": one.document,
        "pointer": one.pointer,
        "text": _texts(one),
    }
