"""The review: what the draft would do, in words and with counts, and the button that does it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import draft_publishing, drafts, members, revisions
from fieldstone.engine.errors import Conflict, Invalid
from fieldstone.engine.publish import Plan
from fieldstone.engine.publishing.steps import Step
from fieldstone.metadata.differences import differences
from fieldstone.metadata.documents import Document
from fieldstone.metadata.merge import Side
from fieldstone.metadata.merge.words import Wording
from fieldstone.metadata.problems import Problem
from fieldstone.metadata.purging import thing_at
from fieldstone.metadata.tombstones import place_of

from ...desk import Desk, Visit
from ...rendering import notice
from ...rendering import page as render
from ...show.studio.archived import named
from ...show.studio.figures.changes import texts
from ...show.studio.frame import Studio, studio_of
from ...show.studio.merging import Asked, asked
from ...show.studio.publishing import outcome_of
from ...show.studio.rules.review import rules_of
from ...studio_paths import StudioPaths
from ...words import say
from ..imports.running import begin
from .refusals import line

_MOST_REASON = 500
_NAME = "name:"
_MOST_REVISIONS = 100


def start(visit: Visit) -> Response | str:
    """The way to the first entity's fields."""
    with visit.reading() as desk:
        studio = studio_of(desk)
        entities = studio.entities
        return redirect(entities[0].href if entities else studio.paths.new_entity, 303)


def review(visit: Visit) -> str:
    """The plan of the draft, what would be lost, and what both sides changed."""
    with visit.reading() as desk:
        return _review(desk, ())


def _review(
    desk: Desk,
    refused: Iterable[Problem],
    typed: str | None = None,
    wrong: Collection[str] = (),
) -> str:
    studio = studio_of(desk, "review")
    # While one goes on, the page is asked for again and again, and a plan takes its time.
    plan = drafts.plan(desk.tx, desk.caller) if studio.draft.edits and not studio.work else None
    told = plan.changes if plan else differences(desk.app, studio.app) if _mine(studio) else ()
    changes = texts(told, desk.app, studio.app, desk.formats)
    ended = None
    if not studio.work and not refused:
        ended = outcome_of(desk, studio.draft)
    return render(
        desk,
        "studio/review.html",
        studio.paths.start,
        studio=studio,
        plan=plan,
        changes=changes,
        steps=_steps(plan, studio),
        losses=_losses(plan, studio, wrong),
        refused=[one.text(desk.locale) for one in refused],
        ended=ended,
        problems=[line(one, desk.locale) for one in plan.problems] if plan else [],
        notes=[line(one, desk.locale) for one in plan.notes] if plan else [],
        conflicts=() if studio.work else _conflicts(studio),
        rules=plan is not None and bool(rules_of(studio)),
        accepted=request.form.getlist("accept") or (ended.accepted if ended else ()),
        reason=(ended.reason if ended else "") if typed is None else typed,
    )


def _mine(studio: Studio) -> bool:
    """Whether what goes on is the publish of this very draft."""
    return studio.work is not None and studio.work.mine


def _steps(plan: Plan | None, studio: Studio) -> list[tuple[str, tuple[str, ...]]]:
    """The steps that touch records, with what becomes of values; the others are our own affair."""
    locale = studio.desk.locale
    return [
        (one.text(locale, _place(one, studio)), one.lines(locale))
        for one in (plan.steps if plan else ())
        if one.rows or one.loss
    ]


@dataclass(frozen=True)
class Lost:
    """What would be lost, and how it is accepted: by a tick, or by typing `name`."""

    key: str
    text: str
    examples: tuple[str, ...]
    name: str = ""
    wrong: bool = False


def _losses(plan: Plan | None, studio: Studio, wrong: Collection[str]) -> list[Lost]:
    found = []
    for step in plan.steps if plan else ():
        if step.loss:
            key, rows = step.loss.key, step.loss.rows
            place, purged = _lost(step, studio), step.kind.startswith("purge_")
            how: str = step.outcome.void if step.outcome else "empty"
            if purged:
                how = "purged" if place_of(key).path else "purged_whole"
            text = say(
                f"studio.accept_{how}", studio.desk.locale, key=place or key, n=rows, rows=rows
            )
            name = named(studio, place_of(key)) if purged else ""
            found.append(Lost(key, text, tuple(step.loss.examples), name, key in wrong))
    return found


def _typed(desk: Desk) -> dict[str, bool]:
    """Whether the names were typed right of what is deleted for good, by what would be lost."""
    studio = studio_of(desk)
    given = {
        key.removeprefix(_NAME): text for key, text in request.form.items() if key.startswith(_NAME)
    }
    return {key: text.strip() == named(studio, place_of(key)) for key, text in given.items()}


def _lost(step: Step, studio: Studio) -> str:
    """What loses its values; what is purged stands in the App in force alone."""
    if step.loss and step.kind.startswith("purge_"):
        things = thing_at(studio.desk.app, place_of(step.loss.key))
        return " / ".join(one.text(studio.desk.locale) for one in things)
    return _place(step, studio)


def _place(step: Step, studio: Studio) -> str:
    """The entity and the field of a step as they are called; empty where there is neither."""
    locale = studio.desk.locale
    app = studio.desk.app if step.kind.startswith("purge_") else studio.app
    entity = app.entities.get(step.entity)
    field = entity.by_id.get(step.field) if entity and step.field else None
    found = [one.text(locale) for one in (entity, field) if one]
    return " / ".join(found) if len(found) == (2 if step.field else 1) else ""


def _conflicts(studio: Studio) -> tuple[Asked, ...]:
    """What somebody else published since it was changed here, of which one side has to hold."""
    found = studio.draft.conflicts
    if not found:
        return ()
    now = studio.desk.app.documents
    before = _with(now, {one.key: one.before for one in found})
    mine = _with(now, {one.key: one.mine for one in found})
    wording = Wording(before, mine, now)
    conflicts = (each for one in found for each in one.conflicts)
    return asked(conflicts, wording, studio.desk.locale)


def _with(
    documents: Iterable[Document], others: Mapping[str, Document | None]
) -> tuple[Document, ...]:
    """Documents with some in another state; None where one is not there."""
    kept = [one for one in documents if one.key not in others]
    return (*kept, *(one for one in others.values() if one is not None))


def apply(visit: Visit) -> Response | tuple[str, int]:
    """Publish the draft as it was reviewed; have a worker do it where it takes long."""
    reason = request.form.get("reason", "").strip()[:_MOST_REASON]
    accepted, seen = request.form.getlist("accept"), request.form.get("seen", "")
    with visit.reading() as desk:
        number = studio_of(desk).draft.changes
        caller = desk.caller
        names = _typed(desk)
        if not all(names.values()):
            wrong = [key for key, right in names.items() if not right]
            return _review(desk, (), reason, wrong), 422
        accepted += names
        long = draft_publishing.takes_long(desk.tx, caller)

    def ask(desk: Desk) -> None:
        tx, who = desk.tx, desk.caller
        begin(desk, lambda: draft_publishing.ask(tx, who, reason or None, accepted, seen=seen))

    try:
        if long:
            visit.write(ask)
            return redirect(StudioPaths(visit.workspace.slug).review, 303)
        drafts.publish(visit.workspace, caller, reason or None, accepted, seen=seen)
    except (Conflict, Invalid) as error:
        with visit.reading() as desk:
            return _review(desk, error.problems, reason), error.status
    text = say("studio.published", visit.locale, n=number)
    flash({"text": text, "undo": None, "undo_text": "", "fields": {}})  # type: ignore[arg-type]
    return redirect(StudioPaths(visit.workspace.slug).start, 303)


def stop(visit: Visit) -> Response:
    """Stop the publish that goes on; what was begun is taken back."""
    visit.write(lambda desk: draft_publishing.stop(desk.tx, desk.caller))
    return redirect(StudioPaths(visit.workspace.slug).review, 303)


def discard(visit: Visit) -> Response:
    """Forget the whole draft, or one document of it."""

    def work(desk: Desk) -> None:
        key = request.form.get("document")
        drafts.discard(desk.tx, desk.caller, [key] if key else None)
        notice(desk, say("studio.discarded", desk.locale))

    visit.write(work)
    paths = StudioPaths(visit.workspace.slug)
    return redirect(paths.review if request.form.get("document") else paths.start, 303)


def settle(visit: Visit) -> Response:
    """Say which side of a place holds."""
    place = request.form.get("place", "")
    side: Side = "theirs" if request.form.get("side") == "theirs" else "ours"
    visit.write(lambda desk: drafts.settle(desk.tx, desk.caller, place, side))
    return redirect(StudioPaths(visit.workspace.slug).review, 303)


@dataclass(frozen=True)
class Past:
    """One revision as the list shows it."""

    id: int
    at: str
    who: str
    reason: str
    in_force: bool


def history(visit: Visit) -> str:
    """Every state that was published, and what is different between two of them."""
    with visit.reading() as desk:
        studio = studio_of(desk, "revisions")
        found = revisions.listed(desk.tx.connection, limit=_MOST_REVISIONS)
        known = [one.id for one in found]
        before, after = _whole(request.args.get("from")), _whole(request.args.get("to"))
        told = _between(desk, before, after) if before and after else None
        return render(
            desk,
            "studio/revisions.html",
            studio.paths.start,
            studio=studio,
            past=_past(desk, found),
            told=told,
            before=before or (known[1] if len(known) > 1 else 0),
            after=after or (known[0] if known else 0),
        )


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


def _between(desk: Desk, before: int, after: int) -> list[str]:
    old, new = (revisions.load(desk.tx.connection, one) for one in (before, after))
    return texts(differences(old.app, new.app), old.app, new.app, desk.formats)


def _past(desk: Desk, found: tuple[revisions.Revision, ...]) -> list[Past]:
    names = members.names(desk.tx, {one.author for one in found if one.author is not None})
    return [
        Past(
            one.id,
            desk.formats.moment(one.created_at),
            names.get(one.author or 0, say("studio.by_system", desk.locale)),
            one.reason or "",
            one.id == desk.tx.revision,
        )
        for one in found
    ]


def restore(visit: Visit) -> Response:
    """Put the documents of an old revision into the draft, to be reviewed as any change is."""
    wanted = _whole(request.form.get("revision"))

    visit.write(lambda desk: drafts.restore(desk.tx, desk.caller, wanted))
    return redirect(StudioPaths(visit.workspace.slug).review, 303)
