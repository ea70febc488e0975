"""Requests that are refused: each with its status, and every problem at its place.

A problem is written `"/place id"`, or the id alone where there is no place. `{acme}` in an address
or a body is the id of what the world calls so. `words` are the words of the catalogue that the
sentences hold besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DEEP = b'{"name": ' + b"[" * 41 + b"]" * 41 + b"}"
LONG = "x" * 201


@dataclass(frozen=True)
class Case:
    """A request, who sends it, and what is answered."""

    name: str
    method: str
    path: str
    status: int
    problems: tuple[str, ...]
    body: Any = None
    who: str = "boss"
    headers: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the catalogue that the case brings about."""
        title = f"api.title.{self.status}"
        more = ("api.and_more",) if len(self.problems) > 1 else ()
        return frozenset((*(one.split()[-1] for one in self.problems), *self.words, title, *more))


def get(name: str, path: str, status: int, *problems: str, **more: Any) -> Case:
    """A question."""
    return Case(name, "GET", path, status, problems, **more)


def post(name: str, path: str, body: Any, status: int, *problems: str, **more: Any) -> Case:
    """A body that is sent."""
    return Case(name, "POST", path, status, problems, body=body, **more)


def patch(
    name: str, path: str, body: Any, status: int, *problems: str, version: int = 1, **more: Any
) -> Case:
    """A change of a record, from a version."""
    headers = {"If-Match": f'"{version}"'}
    return Case(name, "PATCH", path, status, problems, body=body, headers=headers, **more)


def move(
    name: str, path: str, body: Any, status: int, *problems: str, version: int = 1, **more: Any
) -> Case:
    """A move to another stage, from a version."""
    headers = {"If-Match": f'"{version}"'}
    return Case(name, "POST", path, status, problems, body=body, headers=headers, **more)


def figure(name: str, measure: Any, *problems: str) -> Case:
    """Figures of deals that cannot be read."""
    body = {"measure": measure}
    return post(name, "/records/deal/aggregate", body, 400, *problems)


JSON = "/records/customer"
QUERY = "/records/customer/query"
BATCH = "/records/customer/batch"

READING = (
    get("no token", "/me", 401, "api.no_token", who=""),
    get("a token that nobody has", "/me", 401, "api.token", who="nobody"),
    get("a token of somebody who left", "/me", 401, "api.token", who="left"),
    get("another workspace", "/api/v1/other/me", 404, "workspace.unknown"),
    get("an address that is not there", "/nothing", 404, "api.no_route"),
    Case("another method", "PUT", "/records/customer/{acme}", 405, ("api.no_method",), body={}),
    post("half of JSON", JSON, b"{", 400, "api.not_json"),
    post("other letters than UTF-8", JSON, b'{"name": "\xff"}', 400, "api.not_utf8"),
    post("a key twice", JSON, b'{"name": "a", "name": "b"}', 400, "api.repeated_key"),
    post("a number without end", JSON, b'{"n": 1e999}', 400, "api.bad_number"),
    post("half a pair", JSON, b'{"name": "\\ud800"}', 400, "api.bad_text"),
    post("a deep body", JSON, DEEP, 400, "api.too_deep"),
    post("text", JSON, b"x", 415, "api.media_type", headers={"Content-Type": "text/plain"}),
    post(
        "a body that ends too soon",
        JSON,
        b"{",
        400,
        "api.body_cut",
        environ={"CONTENT_LENGTH": "500"},
    ),
    post(
        "a body that is too large",
        JSON,
        b"{",
        413,
        "api.body_too_large",
        environ={"CONTENT_LENGTH": str(17 << 20)},
    ),
    get("a parameter twice", "/records/deal?q=a&q=b", 400, "api.parameter_repeated"),
    get("NUL in a parameter", "/records/deal?q=%00", 400, "api.bad_text"),
    get("a parameter of no meaning", "/records/deal?zzzzzz=1", 400, "api.parameter_unknown"),
    get("a misspelt parameter", "/records/deal?filtr=1", 400, "api.parameter_unknown_near"),
    get("a limit of no number", "/records/deal?limit=x", 400, "api.parameter_whole"),
    get("a count of no kind", "/records/deal?count=1", 400, "api.parameter_one_of"),
    get("two wrong ones", "/alerts?mine=1&limit=0", 400, "api.parameter_one_of",
        "api.parameter_whole"),
)  # fmt: skip

BODIES = (
    post("a list", JSON, [], 400, "api.body_type", words=("api.type.object",)),
    post("a number for a filter", QUERY, {"filter": 1}, 400, "/filter api.body_type",
         words=("api.type.string",)),
    post("text for a limit", QUERY, {"limit": "1"}, 400, "/limit api.body_type",
         words=("api.type.integer",)),
    post("text for yes", BATCH, {"atomic": "yes"}, 400, "/atomic api.body_type",
         words=("api.type.boolean",)),
    post("an object for rows", BATCH, {"create": {}}, 400, "/create api.body_type",
         words=("api.type.array",)),
    post("a number for fields", QUERY, {"fields": 1}, 400, "/fields api.body_type",
         words=("api.type.string_or_array",)),
    post("a misspelt member", QUERY, {"fliter": "vip"}, 400, "/fliter api.body_unknown"),
    post("a member with a stroke", QUERY, {"a/b~c": 1}, 400, "/a~1b~0c api.body_unknown"),
    post("no stage", "/records/deal/{sale}/stage", {}, 400, "/to api.body_missing"),
    post("a row without its version", BATCH, {"delete": [{"id": "1"}]}, 400,
         "/delete/0/version api.body_missing"),
    post("an id of letters", BATCH, {"delete": [{"id": "x", "version": 1}]}, 400,
         "/delete/0/id api.body_pattern"),
    post("a count of no kind", QUERY, {"count": "all"}, 400, "/count api.body_one_of"),
    post("a limit of nothing", QUERY, {"limit": 0}, 400, "/limit api.body_bound",
         words=("api.bound.minimum",)),
    post("a limit of too much", QUERY, {"limit": 501}, 400, "/limit api.body_bound",
         words=("api.bound.maximum",)),
    post("a search of too much", QUERY, {"q": LONG}, 400, "/q api.body_bound",
         words=("api.bound.maxLength",)),
    post("too many fields", QUERY, {"fields": ["name"] * 201}, 400, "/fields api.body_bound",
         words=("api.bound.maxItems",)),
    post("no documents", "/metadata/plan", {"documents": []}, 400, "/documents api.body_bound",
         words=("api.bound.minItems",)),
    post("a batch of too much", BATCH, {"create": [{}] * 10_001}, 413, "api.batch_too_large"),
    post("a row twice", BATCH, {"update": [{"id": "{acme}", "version": 1}] * 2}, 422,
         "/update/1 record.twice"),
    post("a body for who takes none", "/alerts/{alert}/resolve", {"a": 1}, 400,
         "/a api.body_unknown"),
)  # fmt: skip

RECORDS = (
    get("a record that is not there", "/records/customer/999", 404, "record.not_found"),
    get("an id that cannot be one", "/records/customer/0", 404, "record.not_found"),
    get("an id beyond all", "/records/customer/9999999999999999999", 404, "record.not_found"),
    get("an entity that is not there", "/records/zzzzzz", 404, "entity.unknown"),
    get("a misspelt entity", "/records/custmer", 404, "entity.unknown_near"),
    post("without a name", JSON, {}, 422, "/name field.required"),
    post("a field that is not there", JSON, {"name": "A", "zzzzzz": 1}, 422,
         "/zzzzzz field.unknown"),
    post("a field with a stroke", JSON, {"name": "A", "z/z~z": 1}, 422,
         "/z~1z~0z field.unknown"),
    post("a misspelt field", JSON, {"name": "A", "budgett": 1}, 422,
         "/budgett field.unknown_near"),
    post("a field by both its names", JSON, {"name": "A", "tax_number": "1", "tax_no": "2"}, 422,
         "/tax_no field.twice"),
    post("a value that is taken", JSON, {"name": "A", "tax_number": "T1"}, 409,
         "/tax_number unique.taken"),
    post("several values that are taken", "/records/deal", {"name": "Sale", "customer": "{acme}"},
         409, "/customer unique.taken", "/name unique.taken"),
    post("a check that fails", JSON, {"name": "A", "vip": True, "owner": None}, 422,
         "/owner check.failed"),
    post("a check of the whole record", JSON, {"name": "Trial"}, 422, "check.failed"),
    post("a customer that is not there", "/records/deal", {"name": "A", "customer": "999"}, 422,
         "/customer reference.not_found"),
    post("a contact of another customer", "/records/deal",
         {"name": "A", "customer": "{acme}", "contact": "{dan}"}, 422,
         "/contact reference.not_allowed"),
    post("somebody who left", JSON, {"name": "A", "owner": "{left}"}, 422,
         "/owner reference.not_found"),
    patch("a field that one may only read", "/records/customer/{bolt}", {"region": "x"}, 422,
          "/region field.read_only", who="wang"),
    patch("a record that one may only read", "/records/customer/{acme}", {"name": "x"}, 403,
          "access.forbidden_record", who="ann"),
    patch("a status that leads nowhere", "/records/customer/{bolt}", {"status": "lost"}, 409,
          "/status choice.transition_last"),
    patch("a status that becomes empty", "/records/customer/{acme}", {"status": None}, 409,
          "/status choice.transition"),
    patch("a version of before", "/records/customer/{acme}", {"name": "x"}, 412, "record.stale",
          version=7),
    Case("a change without a version", "PATCH", "/records/customer/{acme}", 428,
         ("api.if_match_missing",), body={"name": "x"}),
    Case("a change from any version", "PATCH", "/records/customer/{acme}", 400,
         ("api.if_match",), body={"name": "x"}, headers={"If-Match": "*"}),
    post("a new record where one may only read", "/records/contact",
         {"name": "A", "customer": "{acme}"}, 403, "access.no_create", who="ann"),
    patch("a change where one may only read", "/records/contact/{cy}", {"name": "A"}, 403,
          "access.no_update", who="ann"),
    Case("a deletion where one may only write", "DELETE", "/records/customer/{bolt}", 403,
         ("access.no_delete",), who="wang", headers={"If-Match": '"1"'}),
    Case("a customer with deals", "DELETE", "/records/customer/{acme}", 409,
         ("record.referenced",), headers={"If-Match": '"1"'}),
    get("a record before it was made", "/records/customer/{acme}?as_of=2026-03-05T08:59:59Z", 404,
        "as_of.not_yet"),
    get("a record that was deleted then", "/records/customer/{twin}?as_of=2026-03-05T09:00:00Z",
        404, "as_of.deleted"),
    get("a record as of no moment", "/records/customer/{acme}?as_of=then", 400,
        "/as_of as_of.unreadable"),
    get("a record as of tomorrow", "/records/customer/{acme}?as_of=2026-03-06", 400,
        "/as_of as_of.ahead"),
    get("a person as of a moment", "/records/member/{boss}?as_of=2026-03-05", 400,
        "/as_of as_of.people"),
    move("back to nothing", "/records/customer/{acme}/revert", {}, 400, "api.revert_to"),
    move("back to two things", "/records/customer/{acme}/revert",
         {"as_of": "2026-03-05", "change": "1"}, 400, "api.revert_to"),
    move("back to a change of another record", "/records/customer/{acme}/revert",
         {"change": "999999"}, 404, "/change as_of.change"),
    Case("back without a version", "POST", "/records/customer/{acme}/revert", 428,
         ("api.if_match_missing",), body={"as_of": "2026-03-05"}),
    move("back from a version of before", "/records/customer/{acme}/revert",
         {"as_of": "2026-03-05"}, 412, "record.stale", version=7),
    move("back where one may only read", "/records/customer/{acme}/revert",
         {"as_of": "2026-03-05"}, 403, "access.forbidden_record", who="ann"),
    move("back to a value that is taken", "/records/customer/{twin}/restore", {}, 409,
         "/tax_number unique.taken", version=2),
    move("back to a customer that is gone", "/records/contact/{eve}/restore", {}, 409,
         "/customer record.needs_binned", version=2),
    move("on without what is needed", "/records/deal/{sale}/stage", {"to": "quote"}, 409,
         "/stage stage.unticked", "/expected_close stage.field_needed", "/stage stage.condition"),
    move("back without a reason", "/records/deal/{lost}/stage", {"to": "contact"}, 409,
         "/reason stage.reason_needed", version=2),
    move("to no stage", "/records/deal/{sale}/stage", {"to": ""}, 409, "/stage stage.empty"),
    move("a customer to a stage", "/records/customer/{acme}/stage", {"to": "won"}, 409,
         "stage.without_pipeline"),
)  # fmt: skip

LISTS = (
    get("a filter that is no condition", "/records/customer?filter=name", 400,
        "/filter query.not_a_condition"),
    get("a field that is not there", "/records/customer?sort=zzzzzz", 400, "/sort field.unknown"),
    get("a cursor of nobody", "/records/customer?cursor=zzz", 400, "/cursor query.cursor"),
    get("a cursor of nobody, of a history", "/records/customer/{acme}/history?cursor=zzz", 400,
        "/cursor query.cursor"),
    get("a cursor of nobody, of alerts", "/alerts?cursor=zzz", 400, "/cursor query.cursor"),
    get("a cursor of no numbers, of alerts", "/alerts?cursor=YS5i", 400, "/cursor query.cursor"),
    get("a cursor of too much, of alerts", "/alerts?cursor=" + "OTk5OTk5OTk5OTk5OTk5OTk5OTk5LjE",
        400, "/cursor query.cursor"),
    get("a search of yesterday", "/records/customer?q=a&as_of=2026-03-04", 400,
        "/q as_of.search"),
    get("counted records of yesterday", "/records/customer?sort=won_amount&as_of=2026-03-04", 400,
        "/sort as_of.many"),
    post("a time that is not kept", QUERY, {"fields": "updated_at", "as_of": "2026-03-04"}, 400,
         "/fields as_of.not_kept"),
    get("nine keys of order", "/records/customer?sort=" + ",".join(["name"] * 9), 400,
        "/sort query.too_many"),
    get("a long search", f"/records/customer?q={LONG}", 400, "/q search.too_long"),
    post("a group of tags", "/records/customer/aggregate", {"group": ["industry"]}, 400,
         "/group query.group_type"),
    post("a group that is not there", "/records/customer/aggregate", {"group": ["zzzzzz"]}, 400,
         "/group name.unknown"),
    post("many groups", "/records/customer/aggregate", {"group": ["name"] * 21}, 400,
         "/group query.too_many"),
    figure("many figures", ["count()"] * 21, "/measure query.too_many"),
    figure("a figure twice", ["n: count()"] * 2, "/measure measure.twice"),
    figure("a figure of no shape", "amount", "/measure measure.shape"),
    figure("a figure of no function", "n: median(amount)", "/measure measure.function"),
    figure("a figure of no name", "N: sum(amount)", "/measure measure.alias"),
    figure("a figure of nothing", "sum()", "/measure measure.arguments"),
    figure("a figure under no condition", "sum(amount, amount)", "/measure measure.condition"),
    figure("a sum of names", "sum(name)", "/measure measure.type"),
    figure("a figure of what is not there", "sum(zzzzzz)", "/measure name.unknown"),
)  # fmt: skip

RULES = (
    get("no right to the documents", "/metadata", 403, "api.right", who="wang"),
    get("no right to a draft", "/metadata/draft", 403, "api.right", who="wang"),
    get("no publish that a worker does", "/draft/publishing", 404, "draft.none_asked"),
    Case("a draft of a kind that is not there", "PUT", "/metadata/draft/zz/zz", 404,
         ("api.document_unknown",), body={}),
    Case("a draft of no shape", "PUT", "/metadata/draft/entity/visit", 422,
         ("schema.key_missing", "schema.key_missing"), body={}),
    get("a document that is not there", "/metadata/entity/zz", 404, "api.document_unknown"),
    post("a revision that is not there", "/metadata/revisions/99/restore", {}, 404,
         "revision.unknown"),
    post("a revision of before", "/metadata/plan", {"documents": [{}], "base": "x"}, 400,
         "/base api.body_pattern"),
    get("a dashboard that is not there", "/dashboards/zz", 404, "dashboard.unknown"),
    post("a rule that is not there", "/rules/zz/preview", {}, 404, "alert_rule.unknown"),
    post("a rule to run that is not there", "/rules/zz/run", {}, 404, "alert_rule.unknown"),
    post("an alert that is not there", "/alerts/99/resolve", {}, 404, "alert.unknown"),
    post("an alert of what one may not see", "/alerts/{alert}/resolve", {}, 404, "alert.unknown",
         who="wang"),
    post("asleep until yesterday", "/alerts/{alert}/snooze", {"until": "2026-03-04T09:00:00Z"},
         422, "/until alert.snooze_past"),
    post("asleep until some time", "/alerts/{alert}/snooze", {"until": "later"}, 400,
         "/until api.instant"),
    post("asleep until no time of a zone", "/alerts/{alert}/snooze",
         {"until": "2026-03-06T09:00:00"}, 400, "/until api.instant"),
)  # fmt: skip


def form(name: str, parts: Mapping[str, str], status: int, *problems: str, **more: Any) -> Case:
    """A file of customers that is sent, with what stands beside it."""
    lines = [
        f'--x\r\nContent-Disposition: form-data; name="{part}"'
        f"{'; filename=a.csv' if part == 'file' else ''}\r\n\r\n{text}\r\n"
        for part, text in parts.items()
    ]
    body = ("".join(lines) + "--x--\r\n").encode()
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    return post(name, "/imports/customer", body, status, *problems, headers=kind, **more)


IMPORTS = (
    post("a file as JSON", "/imports/customer", {}, 415, "api.form_type"),
    form("no file", {"options": "{}"}, 400, "/file api.no_file"),
    form("options that are no JSON", {"file": "name\nA\n", "options": "{"}, 400, "api.not_json"),
    form("an option that there is not", {"file": "name\nA\n", "options": '{"a": 1}'}, 400,
         "/a api.body_unknown"),
    form("a mapping of no column", {"file": "zzz\nA\n"}, 422, "import.nothing_mapped"),
    form("a file without the right", {"file": "name\nA\n"}, 403, "import.forbidden", who="wang"),
    form("a file that is too large", {"file": "name\nA\n"}, 413, "import.file_too_large",
         environ={"CONTENT_LENGTH": str(200 << 20)}),
    get("an import that is not there", "/imports/999", 404, "import.unknown"),
    get("a page of imports of nobody", "/imports?cursor=x", 400, "/cursor query.cursor"),
)  # fmt: skip
KEYS = (
    post("a key of two", JSON, {"name": "A"}, 400, "api.key",
         headers={"Idempotency-Key": '"a", "b"'}),
    post("a key where no answer is kept", "/rules/big_budget/run", {}, 400, "api.key_not_here",
         headers={"Idempotency-Key": '"a"'}),
)  # fmt: skip
CASES: tuple[Case, ...] = (*READING, *BODIES, *RECORDS, *LISTS, *RULES, *IMPORTS, *KEYS)
