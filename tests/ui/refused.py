"""Requests that the pages refuse: a status, and the sentences of the pages that tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """A request, who sends it, and the keys of the sentences on the page.

    `{acme}` is the id of what the company calls so. `token` says whether a form comes with the
    token that its page gave.
    """

    name: str
    method: str
    path: str
    status: int
    ids: tuple[str, ...]
    form: Mapping[str, str] = field(default_factory=dict)
    who: str = "boss"
    accept: str = "text/html"
    token: bool = True


def fault(kind: int) -> tuple[str, ...]:
    return (f"fault.{kind}", f"fault.{kind}.title")


LONG = "x" * (3 << 20)
CASES = (
    Case("a cursor of nobody, of alerts", "GET", "/-/alerts?at=zzz", 400, fault(400)),
    Case("a deletion without a version", "POST", "/customer/{twin}/restore", 428, fault(400)),
    Case("a form without its token", "POST", "/customer/{acme}/delete", 400,
         ("fault.outdated", *fault(400)), token=False),
    Case("nobody, who wants JSON", "GET", "/customer", 401, fault(401), who="",
         accept="application/json"),
    Case("a form that one may not send", "GET", "/contact/new", 403, ("fault.403.title",),
         who="ann"),
    Case("a record that is not there", "GET", "/customer/999", 404, fault(404)),
    Case("an entity that is not there", "GET", "/zzzzzz", 404, fault(404)),
    Case("a part that is not there", "POST", "/customer/{acme}/compose/zz", 404, fault(404)),
    Case("another method", "PUT", "/customer", 405, fault(405)),
    Case("back to a value that is taken", "POST", "/customer/{twin}/restore", 409, fault(409),
         {"version": "2"}),
    Case("back from a version of before", "POST", "/customer/{twin}/restore", 412, fault(412),
         {"version": "1"}),
    Case("a form without end", "POST", "/customer/new", 413, fault(413), {"name": LONG}),
    Case("a customer without a name", "POST", "/customer/new", 422, ("form.wrong.one",),
         {"name": ""}),
    Case("a customer without a name, of an odd number", "POST", "/customer/new", 422,
         ("form.wrong",), {"name": "", "budget": "many"}),
    Case("a customer that the check refuses", "POST", "/deal/new", 409, ("form.wrong",),
         {"name": "Sale", "customer": "{acme}"}),
    Case("a customer of a wrong name", "POST", "/customer/new", 422, ("form.refused",),
         {"name": "Trial"}),
    Case("a condition of no number", "POST", "/customer/filter", 422, ("builder.wrong_number",),
         {"c.0.field": "budget", "c.0.op": "at_least", "c.0.value": "many"}),
    Case("two changes of one field", "POST", "/customer/{bolt}/edit", 412,
         ("conflict.title", "conflict.hint"),
         {"version": "0", "name": "New", "before": '{"name": ["Old"]}'}),
    Case("a cell of no number", "POST", "/customer/{acme}/cell/budget", 422, ("cell.mine",),
         {"cell.version": "1", "budget": "many"}),
    Case("a cell that another changed", "POST", "/customer/{bolt}/cell/name", 412,
         ("cell.taken", "cell.mine"),
         {"cell.version": "0", "name": "New", "cell.before": '{"value": ["Old"]}'}),
    Case("an end that deals forbid", "POST", "/customer/{acme}/delete", 409, ("record.kept",),
         {"version": "1"}),
    Case("a move from a version of before", "POST", "/deal/{sale}/stage", 412,
         ("record.moved_on", "record.moved_on_hint"), {"version": "9", "to": "quote"}),
    Case("as of no moment", "GET", "/customer/{acme}/then?at=zz", 400, fault(400)),
    Case("before it was made", "GET", "/customer/{acme}/then?at=2020-01-01", 404, fault(404)),
    Case("back to another moment, from a version of before", "POST", "/customer/{acme}/revert", 412,
         ("then.refused", "record.moved_on_hint"), {"version": "9", "at": "2026-03-05"}),
    Case("back without a version", "POST", "/customer/{acme}/revert", 428, ("then.refused",),
         {"at": "2026-03-05"}),
    Case("a move without what is needed", "POST", "/deal/{sale}/stage", 409,
         ("stage.to_enter",), {"version": "1", "to": "quote"}),
)  # fmt: skip
