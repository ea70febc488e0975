"""Choosing records in a list, and asking what is to become of them."""

from __future__ import annotations

from uuid import uuid4

from flask import make_response, redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import bulk
from fieldstone.engine.bulk import Bulk, Chosen
from fieldstone.engine.errors import Refused
from fieldstone.metadata.model import Field

from ...bulk_paths import BulkPaths
from ...desk import Desk, Visit
from ...paths import with_query
from ...rendering import fragment, notice
from ...rendering import page as render
from ...show.bulk import Dialog, fields_of, old_of, slot_of, will
from ...show.forms import sorted_problems
from ...show.lists import Choice
from ...show.typed import Typed, record_ids, wire
from ...words import say
from ..asked import Asked, asked_of, request_of
from ..imports.running import begin

_ID, _ALL, _ACT, _TOKEN = "bulk.id", "bulk.all", "bulk.act", "bulk.token"
_FIELD, _INPUT = "bulk.field", "bulk.input"
"""What the form sends beside the value; no field's name holds a point."""
_SHARED = frozenset({"choice", "owner", "member", "reference", "tags", "boolean"})


def everything(visit: Visit, entity: str) -> str:
    """The offer to choose all that the list holds, which says how many these are."""
    with visit.reading() as desk:
        asked = asked_of(desk, entity)
        act = "update" if desk.may("update", asked.entity) else "delete"
        found = bulk.counted(desk.tx, desk.caller, _chosen(desk, asked, None), act)  # type: ignore[arg-type]
        shown = desk.formats.number(found.total, 0)
        return fragment(
            "bulk/all.html",
            found=found,
            text=say("bulk.all", desk.locale, n=found.total, shown=shown),
            said=say("bulk.chosen_all", desk.locale, n=found.total, shown=shown),
        )


def choose(visit: Visit, entity: str) -> Response:
    """The dialog for what is chosen: the new value of a field, or deleting."""
    with visit.reading() as desk:
        asked = asked_of(desk, entity)
        return _asking(desk, asked, _picked(desk, asked))


def change(visit: Visit, entity: str) -> Response:
    """Change what is chosen: a few at once, more by a job; pressed twice it is done once.

    Where the form has the input of another field than the one that is chosen in it, the value of
    this one is asked for first: nothing typed must not read as "empty it".
    """
    if _act() == "update" and request.form.get(_FIELD) != request.form.get(_INPUT):
        return choose(visit, entity)

    def put(desk: Desk) -> Bulk:
        asked = asked_of(desk, entity)
        field = _picked(desk, asked) if _act() == "update" else None
        values = {}
        if field is not None:
            posted = request.form.getlist(field.name)
            values[field.id] = wire(field, posted, desk.tx.zone)
        found: list[Bulk] = []
        chosen = _chosen(desk, asked, _ids())
        token = request.form.get(_TOKEN, "")[:64] or uuid4().hex

        def work() -> None:
            found.append(bulk.change(desk.tx, desk.caller, chosen, _act(), values, token))  # type: ignore[arg-type]

        begin(desk, work)
        _say(desk, found[0])
        return found[0]

    try:
        one = visit.write(put)
    except Refused as error:
        if error.status in (401, 403, 404):
            raise
        with visit.reading() as desk:
            asked = asked_of(desk, entity)
            return _asking(desk, asked, _picked(desk, asked), error)
    if one.state == "done" and not one.counts["refused"]:
        with visit.reading() as desk:
            asked = asked_of(desk, entity)
            return redirect(with_query(desk.paths.list(asked.entity.name), asked.params()), 303)
    return redirect(BulkPaths(visit.workspace.slug).one(one.id), 303)


def _say(desk: Desk, one: Bulk) -> None:
    """What was done at once, with the way back."""
    if one.state != "done":
        return
    changed = one.counts["changed"]
    notice(
        desk,
        say(f"bulk.done_{one.act}", desk.locale, n=changed, shown=desk.formats.number(changed, 0)),
        BulkPaths(desk.paths.slug).act(one.id) if changed else None,
        say("bulk.undo", desk.locale),
        {"act": "undo", "next": "list"},
    )


def _act() -> str:
    return "delete" if request.form.get(_ACT) == "delete" else "update"


def _ids() -> tuple[int, ...] | None:
    """The records that were ticked; None for all that the list holds."""
    if request.form.get(_ALL):
        return None
    return tuple(dict.fromkeys(record_ids(request.form.getlist(_ID))))


def _chosen(desk: Desk, asked: Asked, ids: tuple[int, ...] | None) -> Chosen:
    return Chosen(request_of(desk, asked, ()), ids)


def _picked(desk: Desk, asked: Asked) -> Field | None:
    """The field that was chosen in the dialog, at first one whose values records share."""
    fields = fields_of(desk, asked.entity)
    wanted = request.form.get(_FIELD)
    shared = next((one for one in fields if one.family in _SHARED), fields[0] if fields else None)
    return next((one for one in fields if one.name == wanted), shared)


def _asking(
    desk: Desk, asked: Asked, field: Field | None, error: Refused | None = None
) -> Response:
    """The dialog, as a part of the list or as a page of its own with what is wrong."""
    entity, act = asked.entity, _act()
    chosen = _chosen(desk, asked, _ids())
    counted = bulk.counted(desk.tx, desk.caller, chosen, act)  # type: ignore[arg-type]
    names = [field.name] if field else []
    by_field, whole = sorted_problems(error.problems if error else (), names, desk.locale)
    paths = BulkPaths(desk.paths.slug)
    says, fixed, button = will(desk, act, counted)
    slot, different = None, ""
    old: tuple[tuple[str, str], ...] = ()
    if act == "update" and field is not None:
        posted: Typed = tuple(request.form.getlist(field.name)) if error else ()
        slot = slot_of(desk, entity, field, posted, by_field.get(field.name, ()))
        different, old = old_of(desk, entity, field, chosen)
    dialog = Dialog(
        act=act,
        title=say(f"bulk.title_{act}", desk.locale, what=entity.plural_text(desk.locale)),
        will=says,
        fixed=fixed,
        button=button if counted.may else "",
        change=paths.of_list(entity.name, "change", asked.params()),
        again=paths.of_list(entity.name, "choose", asked.params()),
        back=with_query(desk.paths.list(entity.name), asked.params()),
        token=request.form.get(_TOKEN) or uuid4().hex,
        ids=chosen.ids,
        fields=_choices(desk, asked, field) if act == "update" else (),
        slot=slot,
        different=different,
        old=old,
        problems=whole,
    )
    if request.headers.get("HX-Request") == "true":
        return make_response(fragment("bulk/choose.html", dialog=dialog))
    page = render(desk, "bulk/choose_page.html", desk.paths.list(entity.name), dialog=dialog)
    return make_response(page, error.status if error else 200)


def _choices(desk: Desk, asked: Asked, field: Field | None) -> tuple[Choice, ...]:
    return tuple(
        Choice(one.name, one.text(desk.locale), one is field)
        for one in fields_of(desk, asked.entity)
    )
