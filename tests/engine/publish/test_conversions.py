"""A field of another type: what becomes of each value is said first, done then, and goes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.publishing.outcome import Outcome
from fieldstone.engine.publishing.plan import Plan
from fieldstone.engine.publishing.steps import Step
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.json_text import read_json, write_json
from tests.engine.publish.shop import Shop, column, insert
from tests.servers.statements import counting

OPTIONS = [
    {"name": "high", "label": {"en": "High", "zh-CN": "高"}, "aliases": ["很高", "第一 级"]},
    {"name": "low", "label": {"en": "Low", "zh-CN": "低"}},
]


def fill(workspace: Workspace, values: Sequence[Any], name: str = "code") -> None:
    """Give the shop customers with these values of a field, and no others."""
    with workspace.writing() as tx:
        tx.connection.execute(sa.delete(tx.tables.table("deal")))
        tx.connection.execute(sa.delete(tx.tables.table("customer")))
        at = tx.tables.column(tx.tables.table("customer"), "customer", name).name
        insert(tx, "customer", [{"name": f"C{n}", at: one} for n, one in enumerate(values)])


def stored(workspace: Workspace, name: str = "code") -> list[Any]:
    with workspace.reading() as tx:
        return column(tx, "customer", name)


def change(workspace: Workspace, shop: Shop, name: str = "code", /, **field: Any) -> Outcome:
    """Give a field other keys and publish, accepting what is lost; what was told before."""
    one = shop.field("customer", name)
    kept = {key: value for key, value in one.items() if key in ("name", "label", "type")}
    one.clear()
    one.update({**kept, **field})
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    assert [one.line() for one in plan.problems] == []
    publish.publish(workspace, SYSTEM, plan, accept_loss=[one.key for one in plan.losses])
    with workspace.reading() as tx:
        assert publish.layout_matches(tx) == ()
    return conversion(plan).outcome or Outcome()


def conversion(plan: Plan) -> Step:
    return next((one for one in plan.steps if one.kind == "convert"), Step("convert", ""))


def rows(outcome: Outcome) -> tuple[int, int, int]:
    return outcome["lossless"].rows, outcome["converted"].rows, outcome["failing"].rows


WRITTEN: list[tuple[str, dict[str, Any], list[str], list[Any], tuple[int, int, int]]] = [
    (
        "integer",
        {},
        ["12", "１２", " 1,200", "约三十", "1.5"],
        [12, 12, 1200, None, None],
        (1, 2, 2),
    ),
    (
        "decimal",
        {"scale": 2},
        ["1.50", "1,234.5", "1.5万", "abc"],
        [Decimal("1.50"), Decimal("1234.50"), Decimal("15000.00"), None],
        (1, 2, 1),
    ),
    ("money", {}, ["¥1,234.50", "8.00"], [Decimal("1234.50"), Decimal("8.00")], (1, 1, 0)),
    (
        "date",
        {},
        ["2026-03-05", "2026年3月5日", "2026/3/5", "01-02-2018"],
        [date(2026, 3, 5)] * 3 + [None],
        (1, 2, 1),
    ),
    (
        "datetime",
        {},
        ["2026-03-05T06:20:00Z", "2026年3月5日"],
        [datetime(2026, 3, 5, 6, 20, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC)],
        (0, 2, 0),
    ),
    ("boolean", {}, ["是", "no", "否", "maybe"], [True, False, False, False], (1, 2, 1)),
    (
        "choice",
        {"options": OPTIONS},
        ["高", "HIGH", "很高", "第一 级", "Low", "中"],
        ["high", "high", "high", "high", "low", None],
        (1, 4, 1),
    ),
]


@pytest.mark.parametrize(
    ("kind", "keys", "texts", "wanted", "counts"), WRITTEN, ids=[one[0] for one in WRITTEN]
)
def test_text_is_read_as_imports_read_it(
    workspace: Workspace,
    shop: Shop,
    kind: str,
    keys: dict[str, Any],
    texts: list[str],
    wanted: list[Any],
    counts: tuple[int, int, int],
) -> None:
    shop.data["shop"].update(time_zone="UTC")
    publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, shop.documents()))
    fill(workspace, texts)
    outcome = change(workspace, shop, type=kind, **keys)
    found = stored(workspace)
    assert found == wanted
    if kind not in ("boolean", "choice"):
        assert rows(outcome) == counts
    assert outcome.filled == len(texts) and outcome["failing"].rows == counts[2]


def test_text_that_is_neither_yes_nor_no_is_told_to_become_no(
    workspace: Workspace, shop: Shop
) -> None:
    """A field of yes or no has no empty value; what is told is what happens."""
    fill(workspace, ["是", "no", "maybe", "也许", None])
    outcome = change(workspace, shop, type="boolean")
    assert outcome.void == "no" and outcome["failing"].rows == outcome.lost == 2
    assert "do not convert and become no: 2 (maybe; 也许)" in outcome.lines("en")
    assert "无法转换，将变为“否”：2 个值（maybe；也许）" in outcome.lines("zh-CN")
    assert "have no value and become no: 1" in outcome.lines("en")
    assert "没有值，将变为“否”：1 条数据" in outcome.lines("zh-CN")
    assert stored(workspace) == [True, False, False, False, False]
    assert Outcome.from_json(outcome.to_json()) == outcome
    outcome = change(workspace, Shop(), type="text")
    assert outcome["returned"].rows == 4
    assert stored(workspace)[:4] == ["是", "no", "maybe", "也许"]


def test_yes_and_no_become_the_words_of_the_workspace(workspace: Workspace, shop: Shop) -> None:
    change(workspace, shop, type="boolean")
    fill(workspace, [False, True])
    outcome = change(workspace, Shop(), type="text")
    assert rows(outcome) == (2, 0, 0)
    assert stored(workspace) == ["no", "yes"]


def test_text_names_a_record_by_its_title_or_what_is_unique(
    workspace: Workspace, shop: Shop
) -> None:
    shop.add("customer", name="key", type="text", unique=True)
    shop.add("customer", name="boss", type="text")
    publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, shop.documents()))
    fill(workspace, ["C1", "k-0", "nobody", "twin", None, None], "boss")
    with workspace.writing() as tx:
        table = tx.tables.table("customer")
        name = sa.case((table.c.name.in_(["C4", "C5"]), "twin"), else_=table.c.name)
        key = sa.case((table.c.name == "C0", "k-0"))
        tx.connection.execute(sa.update(table).values(key=key, name=name))
        first = min(column(tx, "customer", "id"))
    outcome = change(workspace, shop, "boss", type="reference", to="customer", inverse="staff_of")
    assert stored(workspace, "boss") == [first + 1, first, None, None, None, None]
    assert [one.before for one in outcome["failing"].examples] == ["nobody", "twin"]


def test_a_choice_becomes_what_people_read(workspace: Workspace, shop: Shop) -> None:
    shop.data["shop"]["default_locale"] = "zh-CN"
    shop.field("customer", "size")["options"] = OPTIONS
    publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, shop.documents()))
    fill(workspace, ["high", "low", None], "size")
    outcome = change(workspace, shop, "size", type="text")
    assert stored(workspace, "size") == ["高", "低", None]
    assert rows(outcome) == (2, 0, 0)


def test_a_time_of_the_day_is_lost_only_when_it_was_accepted(
    workspace: Workspace, shop: Shop
) -> None:
    shop.data["shop"]["time_zone"] = "Asia/Shanghai"
    shop.add("customer", name="seen", type="datetime")
    publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, shop.documents()))
    late, midnight = (datetime(2026, 3, 5, hour, tzinfo=UTC) for hour in (20, 16))
    fill(workspace, [late, midnight], "seen")
    outcome = change(workspace, shop, "seen", type="date")
    assert stored(workspace, "seen") == [date(2026, 3, 6)] * 2
    assert (rows(outcome), outcome.lost) == ((1, 1, 0), 1)


def test_going_back_gives_the_very_values_that_nobody_touched(
    workspace: Workspace, shop: Shop
) -> None:
    texts = ["1,200", "约三十", "7", "8", None]
    fill(workspace, texts)
    change(workspace, shop, type="integer")
    with workspace.writing() as tx:
        table = tx.tables.table("customer")
        code = tx.tables.column(table, "customer", "code")
        tx.connection.execute(sa.update(table).where(code == 8).values({code.name: 9}))
        insert(tx, "customer", [{"name": "New", code.name: 10}])
    outcome = change(workspace, shop, type="text")
    assert stored(workspace) == ["1,200", "约三十", "7", "9", None, "10"]
    assert outcome["returned"].rows == 3
    shown = {one.text for one in outcome["returned"].examples}
    assert shown == {"1200 → 1,200", "约三十", "7"}


@pytest.mark.parametrize(("narrow", "good"), [("email", "a@b.cn"), ("url", "https://b.cn")])
def test_they_come_back_to_a_type_that_takes_every_value(
    workspace: Workspace, shop: Shop, narrow: str, good: str
) -> None:
    fill(workspace, [good, "not one", None, "nor this"])
    assert change(workspace, shop, type=narrow).lost == 2
    assert stored(workspace) == [good, None, None, None]
    with workspace.writing() as tx:
        table = tx.tables.table("customer")
        code = tx.tables.column(table, "customer", "code").name
        last = sa.select(sa.func.max(table.c.id)).scalar_subquery()
        tx.connection.execute(sa.update(table).where(table.c.id == last).values({code: good}))
        insert(tx, "customer", [{"name": "New", code: good}])
    outcome = change(workspace, shop, type="text")
    assert stored(workspace) == [good, "not one", None, good, good]
    assert outcome["returned"].rows == 2
    change(workspace, shop, type="text", required=False, help="Unlike before")
    assert stored(workspace) == [good, "not one", None, good, good]


def test_digits_come_back_where_nobody_touched_them(workspace: Workspace, shop: Shop) -> None:
    shop.add("customer", name="rate", type="decimal", scale=3)
    publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, shop.documents()))
    fill(workspace, [Decimal("1.245"), Decimal("2.000"), Decimal("-3.999")], "rate")
    assert change(workspace, shop, "rate", scale=1).lost == 2
    with workspace.writing() as tx:
        table = tx.tables.table("customer")
        rate = tx.tables.column(table, "customer", "rate")
        changed = sa.update(table).where(rate == Decimal("2.0"))
        tx.connection.execute(changed.values({rate.name: Decimal("2.5")}))
    outcome = change(workspace, shop, "rate", scale=3)
    wanted = [Decimal("1.245"), Decimal("2.500"), Decimal("-3.999")]
    assert stored(workspace, "rate") == wanted
    assert (outcome["returned"].rows, outcome.lost) == (2, 0)


def test_an_earlier_revision_brings_values_back(workspace: Workspace, shop: Shop) -> None:
    before = stored(workspace)
    with workspace.reading() as tx:
        revision = tx.revision
    change(workspace, shop, type="integer")
    assert stored(workspace) == [None] * 3
    plan = publish.restore_plan(workspace, SYSTEM, revision)
    publish.publish(workspace, SYSTEM, plan, accept_loss=[one.key for one in plan.losses])
    assert stored(workspace) == before


def test_numbers_outside_new_bounds_become_empty(workspace: Workspace, shop: Shop) -> None:
    change(workspace, shop, "staff", type="decimal", scale=1)
    outcome = change(workspace, shop, "staff", type="integer", max=100)
    assert stored(workspace, "staff") == [12, None, None]
    assert [one.text for one in outcome["failing"].examples] == ["700.0"]


def test_a_plan_tells_it_in_both_languages_and_survives_a_file(
    workspace: Workspace, shop: Shop
) -> None:
    fill(workspace, ["1,200", "约三十", "7"])
    shop.field("customer", "code")["type"] = "integer"
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    assert "are written otherwise: 1 (1,200 → 1200)" in plan.text("en")
    assert "无法转换，将变为空：1 个值（约三十）" in plan.text("zh-CN")
    data, _ = read_json(write_json(plan.to_json()).encode())
    assert conversion(Plan.from_json(data)) == conversion(plan)
    assert stored(workspace) == ["1,200", "约三十", "7"]


def test_a_batch_costs_the_same_statements_however_many_rows(
    workspace: Workspace, shop: Shop
) -> None:
    costs = []
    for number, kind in ((2, "integer"), (400, "date")):
        fill(workspace, [str(one) for one in range(number)])
        shop.field("customer", "code")["type"] = kind
        plan = publish.preview(workspace, SYSTEM, shop.documents())
        with counting() as found:
            publish.publish(workspace, SYSTEM, plan, accept_loss=[one.key for one in plan.losses])
        costs.append(len([one for one in found if "customer" in one and "code" in one]))
        fill(workspace, [])
        change(workspace, shop, type="text")
    assert costs[0] == costs[1]


TEXTS = st.one_of(
    st.integers(-(10**14), 10**14).map(str),
    st.decimals(-1000, 1000, places=2).map(str),
    st.sampled_from(
        ["", " ", "1,234.50", "２０２６年３月５日", "2026-03-05", "是", "否", "x", "高"]
    ),
    st.text(max_size=12).filter(lambda text: "\x00" not in text),
)
TYPES: list[dict[str, Any]] = [
    {"type": "integer"},
    {"type": "decimal", "scale": 2},
    {"type": "date"},
    {"type": "datetime"},
    {"type": "boolean"},
    {"type": "choice", "options": OPTIONS},
    {"type": "percent"},
]
SLOW = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SLOW
@given(texts=st.lists(TEXTS, max_size=12), field=st.sampled_from(TYPES))
def test_every_value_has_one_fate(
    workspace: Workspace, texts: list[str], field: dict[str, Any]
) -> None:
    shop = Shop()
    fill(workspace, texts)
    outcome = change(workspace, shop, **field)
    assert sum(rows(outcome)) == len(texts)
    if field["type"] != "boolean":
        assert len([one for one in stored(workspace) if one is None]) == outcome["failing"].rows
    fill(workspace, [])
    change(workspace, Shop(), type="text")


@SLOW
@given(st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=8))
def test_numbers_as_they_are_usually_written_go_to_and_fro(
    workspace: Workspace, numbers: list[Decimal]
) -> None:
    texts = [f"{number + 0:.2f}".replace("-0.00", "0.00") for number in numbers]
    shop = Shop()
    fill(workspace, texts)
    outcome = change(workspace, shop, type="decimal", scale=2)
    assert rows(outcome) == (len(texts), 0, 0)
    change(workspace, shop, type="text")
    assert stored(workspace) == texts
    fill(workspace, [])
