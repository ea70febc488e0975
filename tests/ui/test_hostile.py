"""What nobody types by accident: a clear answer each, no fault of ours, and no lost change."""

import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from fieldstone.ui.app import create_app
from tests.ui.readers import Site
from tests.ui.workshop import PASSWORD

HUGE = "9" * 30

ADDRESSES = {
    "a foreign cursor": "machine?at=garbage",
    "unknown sort keys": "machine?sort=nope,-,,,name.name.name",
    "a filter of three thousand digits": "machine?where=" + "1" * 3000,
    "a filter of brackets": "machine?where=" + "(" * 60,
    "a filter that is no condition": "machine?where=5",
    "a search of control characters": "machine?q=%00%01",
    "a search too long": "machine?q=" + "x" * 3000,
    "a record that no id can be": f"machine/{HUGE}",
    "a list of records that point at one": f"repair?of=machine.{HUGE}",
    "a tab that is none": "machine/1?tab=nope",
    "a cursor of a timeline": "machine/1/timeline?at=zzz",
    "a picker of a text": "machine/pick/name",
    "a picker beside a record that cannot be": f"note/pick/repair?is.machine={HUGE}",
    "a picker asked for signs": "repair/pick/machine?q=" + quote("'\"<>%_\\"),
    "a builder of an expression that cannot be read": "machine/builder?where=" + quote('"); x'),
    "a builder of brackets": "machine/builder?where=" + "(" * 60,
    "a form filled by the address": f"repair/new?machine={HUGE}&cost=NaN",
    "an inbox of unknown words": "-/alerts?state=zz&severity=zz&rule=zz&at=zz",
    "an alert that is not there": f"-/alerts/{HUGE}/why",
    "marks in a search": "-/search?q=" + quote("<script>alert(1)</script>"),
    "an entity of the product": "member",
}

SENDINGS: dict[str, tuple[str, dict[str, object]]] = {
    "a filter of no rows": ("machine/filter", {}),
    "a filter on an unknown field": ("machine/filter", {"c.0.field": "nope", "c.0.op": "nope"}),
    "a filter of rows that are none": (
        "machine/filter",
        {"c.99.99.op": "is", "c.0.0.0.field": "name", "c.join": "xor", "c.0.join": ["or", "or"]},
    ),
    "a number without end": (
        "machine/filter",
        {"c.0.field": "price", "c.0.op": "at_least", "c.0.value": "1e999"},
    ),
    "a day that is none": (
        "machine/filter",
        {"c.0.field": "bought_on", "c.0.op": "from", "c.0.value": "2026-13-45"},
    ),
    "quotes in a filter": (
        "machine/filter",
        {"c.0.field": "name", "c.0.op": "contains", "c.0.value": '"); x\x00'},
    ),
    "a filter of a long expression": ("machine/filter", {"c.0.text": "1" * 3000}),
    "a builder's button that is none": ("machine/builder?do=drop.9.9.x", {"c.0.op": "is"}),
    "nothing": ("machine/new", {}),
    "wrong values in every field": (
        "machine/new",
        {
            "name": "x" * 100_000,
            "kind": "zz",
            "price": "NaN",
            "use_rate": "1e999",
            "bought_on": "0000-00-00",
            "place": ["zz", "hall"],
            "keeper": HUGE,
        },
    ),
    "a NUL": ("machine/new", {"name": "\x00bad"}),
    "a form that asks what it shows": ("machine/new/live", {"price": "1e9999", "kind": "zz"}),
    "a change without a version": ("machine/30/edit", {"name": "q"}),
    "a version that is no number": ("machine/30/edit", {"name": "q", "version": "abc"}),
    "an unreadable memory": ("machine/30/edit", {"name": "q", "version": "7", "before": "[1,2"}),
    "an unknown stage": ("repair/1/stage", {"to": "zz", "version": "1"}),
    "a key action of no stage": ("repair/1/stage", {"to": "done", "version": "1", "tick": "a/b"}),
    "a stage where there are none": ("machine/1/stage", {"to": "done", "version": "1"}),
    "a note to nobody": ("machine/1/compose/nope", {}),
    "an empty note": ("machine/1/compose/notes", {}),
    "a deletion without a version": ("machine/1/delete", {}),
    "a restoration of what is there": ("machine/1/restore", {"version": "1"}),
    "a position that is none": (
        "-/studio/entity/repair/pipeline",
        {"act": "save", "place.reported": HUGE, "place.nope": "1", "amount": "nope"},
    ),
    "a button of the Studio that is none": ("-/studio/entity/repair/pipeline", {"act": "up:zz"}),
    "a stage of marks and control characters": (
        "-/studio/entity/repair/pipeline",
        {"act": "add", "stage.en": "<script>alert(1)</script>\x00"},
    ),
    "a stage that is not there": ("-/studio/entity/repair/pipeline/zz", {"label.en": "x"}),
    "wrong values in every input of a stage": (
        "-/studio/entity/repair/pipeline/working",
        {
            "label.en": "x" * 10_000,
            "probability": "NaN",
            "max_days": "٣",
            "kind": "zz",
            "color": "zz",
            "item.0.label.en": "y" * 10_000,
            "item.0.place": "0",
            "enter_when.0.op": "is",
            "enter_when.99.99.op": "is",
        },
    ),
    "a row of options far away": (
        "-/studio/entity/machine/field/kind",
        {"act": "up:" + "9" * 5000, "option.0.label.en": "x"},
    ),
    "a tier scheme of nothing": ("-/studio/entity/machine/tiers", {"act": "begin", "by": "zz"}),
    "a tier scheme where there is none": (
        "-/studio/entity/machine/tiers",
        {"band.0.limit": "NaN", "method": "zz", "act": "up:99999"},
    ),
    "a preview where there is none": ("-/studio/entity/machine/tiers/preview", {"measure": "("}),
    "a condition of no page": ("-/studio/entity/repair/condition/zz/said", {}),
    "rows of no page": ("-/studio/entity/repair/condition/action.999.when/builder?do=text", {}),
    "a condition of brackets": (
        "-/studio/entity/repair/condition/enter_when/said",
        {"enter_when.as": "text", "enter_when": "(" * 3000},
    ),
    "a card of nothing that there is": (
        "-/studio/dashboards/dashboard/figures/new-card",
        {
            "type": "table",
            "entity": "zz",
            "metrics": ["zz", "+", "value"],
            "metric.kind": "ratio",
            "metric.value.aggregate": "zz",
            "metric.value.of": "(" * 3000,
            "metric.over.of": "=",
            "metric.over.text": "name / 2",
            "metric.label.en": "x" * 10_000,
            "label.en": "y" * 10_000,
            "group.0": "=",
            "group.text": "(" * 3000,
            "across": "bought_on",
            "date": "\x00",
            "top": HUGE,
            "width": "٣",
            "filter.as": "rows",
            "filter.99.99.op": "is",
        },
    ),
    "a button of a card that is none": (
        "-/studio/dashboards/dashboard/figures/card/by_kind",
        {"act": "up:" + "9" * 5000, "type": "zz", "metrics": "zz"},
    ),
    "a look at a card of nothing": (
        "-/studio/dashboards/preview",
        {"type": "bar", "metric": "value", "group.0": "keeper", "group.1": "zz", "date": "zz"},
    ),
    "a metric of nothing that there is": (
        "-/studio/metrics/new",
        {"metric.kind": "max", "metric.value.of": "name", "metric.date": "zz", "act": "zz"},
    ),
    "a metric that is not there": ("-/studio/metrics/metric/zz/archive", {}),
    "a dashboard of marks": (
        "-/studio/dashboards/new",
        {"dashboard.en": "<script>alert(1)</script>\x00", "period": "zz"},
    ),
    "a card that is moved past the end": (
        "-/studio/dashboards/dashboard/figures",
        {"label.en": "Figures", "act": "down:by_kind", "period": "zz"},
    ),
    "a dashboard that is not there": ("-/studio/dashboards/dashboard/zz/restore", {}),
    "a sleep without end": ("-/alerts/1/snooze", {"days": HUGE}),
}


@pytest.fixture
def web(site: Site) -> FlaskClient:
    """Return the chief's client, signed in, whose forms carry their token by themselves."""
    app = create_app(site.installation)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    form = {"who": "chief@example.com", "password": PASSWORD}
    assert client.post("/sign-in", data=form).status_code == 303
    return client


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_an_address_is_answered(web: FlaskClient, name: str) -> None:
    answer = web.get(f"/workshop/{ADDRESSES[name]}")
    assert answer.status_code < 500
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("name", sorted(SENDINGS))
def test_what_is_sent_is_answered(web: FlaskClient, name: str) -> None:
    path, form = SENDINGS[name]
    answer = web.post(f"/workshop/{path}", data=form)
    assert answer.status_code < 500


@pytest.mark.parametrize("referer", ["http://[", "//", "zz"])
def test_a_refused_form_from_no_page_leads_to_one(web: FlaskClient, referer: str) -> None:
    form = {"old": "wrong", "new": "another-Lantern-8"}
    answer = web.post("/workshop/-/me/password", data=form, headers={"Referer": referer})
    assert answer.status_code == 422
    assert 'name="next" value="/workshop/-/me"' in answer.text


def test_a_change_made_from_an_old_version_never_overwrites(web: FlaskClient) -> None:
    version = re.search(r'name="version" value="(\d+)"', web.get("/workshop/machine/31/edit").text)
    assert version is not None
    first = {"name": "机床 卅一", "version": version[1], "before": '{"name":["机床 31"]}'}
    assert web.post("/workshop/machine/31/edit", data=first).status_code == 303
    late = {"name": "Lathe 31", "version": version[1]}
    answer = web.post("/workshop/machine/31/edit", data=late)
    assert answer.status_code == 412
    assert "机床 卅一" in answer.text
    assert "Lathe 31" in answer.text


def test_hostile_labels_are_only_text(web: FlaskClient) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    made = web.post("/workshop/machine/new", data={"name": hostile})
    assert made.status_code == 303
    for path in (made.headers["Location"], "/workshop/machine", made.headers["Location"] + "/edit"):
        page = web.get(path, follow_redirects=True).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;" in page
