"""Every problem of typing has a case: its place, and a sentence in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import fieldstone.rules
from fieldstone.metadata.messages import LOCALES
from fieldstone.metadata.model import App, Entity, Field
from fieldstone.metadata.problems import Problem, ProblemsError
from fieldstone.rules import compile_expression, compile_message, formula_expression
from fieldstone.rules.names import Space
from tests.rules.declared import APP, SYSTEM

REFUSED = [
    ("naem > 3", "name.unknown_near", 1),
    ("owner.naem == 1", "name.unknown_near", 7),
    ("客户名称 == 1", "name.unknown_near", 1),
    ("zzzzz", "name.unknown", 1),
    ("true", "name.unknown_near", 1),
    ("null", "name.unknown_near", 1),
    ("days_since > 3", "name.function", 1),
    ("deals > 3", "name.many", 1),
    ("flag and belongs_to.deals", "name.many", 21),
    ("parent.n", "name.no_parent", 1),
    ("start_of_week(" * 30 + "day" + ")" * 30, "expression.nested", 337),
    ("n > 0 and " + "abs(" * 28 + "n" + ")" * 28 + " > 1", "expression.nested", 99),
    (f"concat({', '.join(['name'] * 101)})", "function.too_many", 608),
    ("name.upper", "name.no_path", 6),
    ("kind.days.x", "name.no_path", 11),
    ("day.year == 2026", "expression.method", 5),
    ("kind.dayz", "property.unknown_near", 6),
    ("kind.zzzzz", "property.unknown", 6),
    ('kind == "larg"', "option.no_such_near", 9),
    ('kind == "zzzzz"', "option.no_such", 9),
    ('has_tag("industri", "retail")', "dimension.unknown_near", 9),
    ('has_tag("zzzzz", "retail")', "dimension.unknown_in", 9),
    ('has_tag("industry", "retial")', "option.no_such_near", 21),
    ("has_tag(n, 'x')", "function.arguments", 9),
    ("has_tag('industry')", "function.arguments", 1),
    ("dayz_since(day)", "function.unknown_near", 1),
    ("zzzzz(1)", "function.unknown", 1),
    ("days_since()", "function.arguments", 1),
    ("days_since(day, day)", "function.arguments", 1),
    ("days_since(n)", "function.argument", 12),
    ("len(n)", "function.argument", 5),
    ("date(2026)", "function.date", 1),
    ("date(2026, 1)", "function.date", 1),
    ("date(1.5, 1, 1)", "function.whole_number", 6),
    ("add_days(day, 1.5)", "function.whole_number", 15),
    ("round(size, n)", "function.places", 13),
    ("number(name, 7)", "function.places", 14),
    ("matches(name, note)", "function.pattern", 15),
    ("matches(name, '')", "function.pattern", 15),
    (f"matches(name, '{'a' * 201}')", "function.pattern_long", 15),
    ("text(day, 2)", "function.text_places", 11),
    ("left(name, 1.5)", "function.whole_number", 12),
    ("switch(n, 1, 2, 3, 4)", "function.arguments", 1),
    ("switch(n, 1, 2)", "function.arguments", 1),
    ("switch(n, 1, 'a', 2)", "type.mixed", 1),
    ("switch(n, 'a', 1, 2)", "type.mixed", 1),
    ("between(kind, 'large', 'small')", "function.argument", 9),
    ("between(day, at, until)", "type.date_time", 1),
    ("round(size, 7)", "function.places", 13),
    ("max_of(kind, kind)", "function.no_order", 8),
    ("min_of(owner, owner)", "function.no_order", 8),
    ("owner == me()", "function.viewer", 10),
    ("owner.team == my_team()", "function.viewer", 15),
    ("sum(deals)", "aggregate.field", 5),
    ("sum(n)", "aggregate.source", 5),
    ("sum(1)", "aggregate.source", 5),
    ("any(deals.amount)", "aggregate.any", 5),
    ("all(deals)", "function.arguments", 1),
    ("count(deals, flag, flag)", "function.arguments", 1),
    ("first(deals.name, by=seller)", "aggregate.by", 22),
    ("first(deals.name, by=parent.day)", "aggregate.by", 22),
    ("min(deals.seller)", "function.no_order", 5),
    ("first(deals.labels)", "type.tags_value", 7),
    ("(free if flag else free) is None", "type.tags_value", 2),
    ("round(n, None)", "function.places", 10),
    ("belongs_to." * 13 + "n", "name.too_far", 133),
    ("count(" + "belongs_to." * 13 + "deals)", "name.too_far", 139),
    (" + ".join(["belongs_to.n"] * 81), "expression.too_many_related", 1),
    (
        "count(subsidiaries, any(deals, any(account.deals, flag)))",
        "aggregate.nesting",
        1,
    ),
    ("sum(deals.name)", "type.number", 5),
    ("n + flag", "type.number", 5),
    ("-name", "type.number", 2),
    ("n and flag", "type.condition", 1),
    ("not n", "type.condition", 5),
    ("1 if n else 2", "type.condition", 6),
    ("count(deals, amount)", "type.condition", 14),
    ("day - until", "type.date_difference", 1),
    ("day + 3", "type.date_sum", 1),
    ("name + name", "type.text_sum", 1),
    ("amount * cost", "type.money_product", 1),
    ("n / amount", "type.money_divisor", 1),
    ('day > "2026-01-01"', "type.date_text", 1),
    ('at > "2026-01-01"', "type.date_text", 1),
    ("day > at", "type.date_time", 1),
    ("owner == 3", "type.reference", 1),
    ("owner == 'x'", "type.reference", 1),
    ("owner == belongs_to", "type.compare", 1),
    ("n == 'x'", "type.compare", 1),
    ("kind == tier", "type.compare", 1),
    ("flag == 1", "type.compare", 1),
    ("n == n == flag", "type.chain", 1),
    ("1 < n in [2]", "type.chain", 1),
    ("1 < n not in [2]", "type.chain", 1),
    ("1 < n is None", "type.chain", 1),
    ("1 < n is not None", "type.chain", 1),
    ('n > "amount"', "type.quoted_name", 5),
    ('"amount" > n', "type.quoted_name", 1),
    ("kind < 'large'", "type.no_order", 1),
    ("flag < hot", "type.no_order", 1),
    ("n in m", "type.in", 6),
    ("n in [m]", "type.in_constants", 7),
    ("n in [None]", "type.in_empty", 7),
    ("n in ['a']", "type.compare", 7),
    ("n is 3", "type.is", 6),
    ("[1, 2]", "type.list", 1),
    ("n == [1]", "type.list", 6),
    ("n if flag else name", "type.mixed", 1),
    ("coalesce(n, day)", "type.mixed", 1),
    ("free == 'VIP'", "type.tags_compare", 1),
    ("industry > 'retail'", "type.tags_compare", 1),
    ("free in [1, 2]", "type.tags_compare", 1),
    ("days_since(day) > hours_since(at)", "unit.convert", 1),
    ("hours_since(at) / 24 > hours_since(seen)", "unit.convert", 1),
    ("max_of(days_since(day), hours_since(at)) > 3", "unit.convert", 1),
    ("flag and months_since(day) - days_since(until) > 3", "unit.differ", 10),
    ("days_since(day) + amount > 3", "unit.money", 1),
    ("amount > days_since(day)", "unit.money", 1),
    ("coalesce(amount, days_since(day))", "unit.money", 1),
    ("days_since(day) * hours_since(at)", "unit.product", 1),
    ("add_days(day, months_since(until))", "unit.argument", 15),
    ("add_hours(at, amount)", "unit.argument", 15),
    ("days_since(day) / amount", "type.money_divisor", 1),
    ("1 + rank(n)", "function.table", 5),
]


def problem_of(text: str, entity: str = "account", app: App = APP) -> Problem:
    with pytest.raises(ProblemsError) as caught:
        compile_expression(app, entity, text, space="name")
    return caught.value.problems[0]


@pytest.mark.parametrize(("text", "problem", "position"), REFUSED)
def test_refusal(text: str, problem: str, position: int) -> None:
    found = problem_of(text)
    assert (found.id, found.position) == (problem, position)
    for locale in LOCALES:
        sentence = found.text(locale)
        assert not re.search(r"\{\w+\}", sentence), sentence
        assert found.id not in sentence


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("naem", "name"),
        ("客户名称", "name"),
        ("Amount", "amount"),
        ("amuont", "amount"),
        ("belong_to", "belongs_to"),
        ("count(deals, cost > 3)", "parent.cost"),
        ("true", "True"),
        ("dayz_since(day)", "days_since"),
        ('kind == "Large"', "large"),
        ('industry == "医疗"', "medical"),
    ],
)
def test_the_nearest_name_is_offered(text: str, near: str) -> None:
    assert problem_of(text).params["near"] == near


TOLD = json.loads((Path(__file__).parent / "refusals.json").read_text("utf-8"))


@pytest.mark.parametrize("case", [pytest.param(one, id=one["text"]) for one in TOLD])
def test_what_people_write(case: dict[str, str]) -> None:
    """What people write who know other languages: where, whole sentences, and it corrected."""
    found = problem_of(case["text"])
    told = {"text": case["text"], "position": found.position}
    told |= {locale: found.text(locale) for locale in LOCALES}
    assert told | ({"corrected": found.corrected} if found.corrected else {}) == case


@pytest.mark.parametrize("case", [pytest.param(one, id=one["text"]) for one in TOLD])
def test_a_correction_can_be_read(case: dict[str, str]) -> None:
    if "corrected" in case:
        compile_expression(APP, "account", case["corrected"], space="name")


def test_a_correction_leaves_the_message_around_it() -> None:
    with pytest.raises(ProblemsError) as caught:
        compile_message(APP, "account", "客户（{{ name }}）：{{ if（flag，1，2） }}", space="name")
    corrected = caught.value.problems[0].corrected
    assert corrected == "客户（{{ name }}）：{{ (1 if flag else 2) }}"


def test_labels_that_are_no_names_are_told() -> None:
    fields = (
        Field(id="annual", name="annual", type="money", label={"en": "Annual amount (k)"}),
        Field(id="deal_size", name="deal_size", type="money", label={"zh-CN": "成交金额（万元）"}),
    )
    entity = Entity(id="x", name="x", title="id", fields=(*fields, *SYSTEM))
    app = App(hash="labelled", manifest=APP.manifest, entities={"x": entity})
    for text, better in (
        ("Annual amount (k) > 3", "annual > 3"),
        ("成交金额（万元） > 3 and annual = 1", "deal_size > 3 and annual == 1"),
    ):
        found = problem_of(text, "x", app)
        assert (found.id, found.position, found.corrected) == ("name.label", 1, better)


def test_the_entity_is_told_in_the_readers_language() -> None:
    entity = Entity(id="x", name="x", title="n", label={"zh-CN": "商机"}, fields=SYSTEM)
    app = App(hash="labels", manifest=APP.manifest, entities={"x": entity})
    assert problem_of("zzzz", "x", app).text("zh-CN") == "“商机”没有字段“zzzz”。"


def test_ids_and_present_names_are_two_spaces() -> None:
    """A field `a` that is now called `b`, another that is now called `a`; so for the inverse."""
    fields = (
        Field(id="a", name="b", type="integer"),
        Field(id="c", name="a", type="text", aliases=("old",)),
        Field(id="up", name="up", type="reference", to="x", inverse="kids", inverse_id="below"),
    )
    entity = Entity(id="x", name="x", title="a", fields=(*fields, *SYSTEM))
    app = App(hash="spaces", manifest=APP.manifest, entities={"x": entity})

    def read(text: str, space: Space) -> str:
        found = compile_expression(app, "x", text, space=space)
        return next(iter(sorted(field for _, field in found.uses)))

    assert (read("a", "id"), read("a", "name")) == ("a", "c")
    assert (read("b", "id"), read("b", "name"), read("c", "name")) == ("a", "a", "c")
    assert read("old", "id") == read("old", "name") == "c"
    assert read("count(below)", "id") == read("count(kids)", "name") == "up"
    assert read("count(kids)", "id") == "up"


def with_formulas(**formulas: str) -> App:
    fields = [
        Field(id=name, name=name, type="formula", formula=one) for name, one in formulas.items()
    ]
    entity = Entity(
        id="x",
        name="x",
        title="n",
        fields=(Field(id="n", name="n", type="integer"), *fields, *SYSTEM),
    )
    return App(hash=repr(formulas), manifest=APP.manifest, entities={"x": entity})


def test_formulas_may_not_need_each_other() -> None:
    app = with_formulas(a="b + 1", b="c + 1", c="a + 1")
    with pytest.raises(ProblemsError) as caught:
        formula_expression(app, "x", "a")
    problem = caught.value.problems[0]
    assert (problem.id, problem.params["path"]) == ("formula.cycle", "a → b → c → a")


def test_a_formula_may_not_need_itself() -> None:
    assert problem_of("a + 1", "x", with_formulas(a="a + 1")).id == "formula.cycle"


def test_a_broken_formula_is_told_where_it_is_read() -> None:
    problem = problem_of("1 + a", "x", with_formulas(a="n +"))
    assert (problem.id, problem.position) == ("formula.broken", 5)


def test_formulas_within_formulas_stay_within_bounds() -> None:
    chain = {"a0": "n + n"} | {f"a{at}": f"a{at - 1} + a{at - 1}" for at in range(1, 20)}
    assert problem_of("a19", "x", with_formulas(**chain)).id in (
        "formula.broken",
        "expression.too_large",
    )


def test_tags_are_not_shown_in_a_message() -> None:
    with pytest.raises(ProblemsError) as caught:
        compile_message(APP, "account", "x {{ free }}")
    assert caught.value.problems[0].id == "type.message_tags"


def test_all_problems_of_a_message_are_told() -> None:
    with pytest.raises(ProblemsError) as caught:
        compile_message(APP, "account", "{{ naem }} {{ zzzz }}")
    assert [one.position for one in caught.value.problems] == [4, 15]


def test_what_is_written_to_a_field_fits_it() -> None:
    def into(text: str, field: str) -> str:
        try:
            return str(compile_expression(APP, "account", text, into=("account", field)).type.kind)
        except ProblemsError as error:
            return error.problems[0].id

    assert into("today()", "at") == "datetime"
    assert into('"big"', "kind") == "choice"
    assert into("amount / 3", "n") == "number"
    assert into("None", "n") == "number"
    assert into("days_since(day)", "n") == "number"
    assert into("n", "day") == "type.assign"
    assert into("'x'", "owner") == "type.assign"
    assert into("owner", "parent_account") == "type.assign"


@pytest.mark.parametrize(
    ("text", "field", "english", "chinese"),
    [
        ("n", "day", "a date, not a number", "数字写入这个字段，它需要日期"),
        ("free", "name", "text, not tags", "标签写入这个字段，它需要文本"),
        (
            "days_since(day)",
            "amount",
            "an amount of money, not days",
            "天写入这个字段，它需要金额",
        ),
        (
            "owner",
            "parent_account",
            "a reference to account, not a reference to member",
            "指向“member”的关联数据写入这个字段，它需要指向“account”的关联数据",
        ),
        (
            "tier",
            "kind",
            "a choice of kind, not a choice of abc",
            "“abc”的选项写入这个字段，它需要“kind”的选项",
        ),
    ],
)
def test_what_does_not_fit_a_field_is_told(
    text: str, field: str, english: str, chinese: str
) -> None:
    with pytest.raises(ProblemsError) as caught:
        compile_expression(APP, "account", text, into=("account", field), space="name")
    (found,) = caught.value.problems
    assert (found.id, found.position) == ("type.assign", 1)
    assert found.text("en") == f"This field takes {english}."
    assert found.text("zh-CN") == f"不能把{chinese}。"


def test_every_sentence_has_a_case() -> None:
    folder = Path(fieldstone.rules.__file__).parent / "locale"
    ids = set(json.loads((folder / "en.json").read_text("utf-8")))
    here = {problem for _, problem, _ in REFUSED}
    here |= {problem_of(one["text"]).id for one in TOLD}
    elsewhere = {
        "expression.nested_rows",
        "expression.too_large",
        "formula.broken",
        "formula.cycle",
        "formula.not_aggregate",
        "formula.not_path",
        "formula.stored_time",
        "function.table_nested",
        "name.label",
        "plugin.failed",
        "plugin.help",
        "plugin.name",
        "plugin.name_taken",
        "type.assign",
        "type.blank",
        "type.constant",
        "type.expected",
        "type.message_tags",
        "type.never_empty",
        "type.nothing",
        "value.empty",
        "value.hidden",
        "value.no",
        "value.out_of_range",
        "value.yes",
    }
    said = {one for one in ids if one.startswith(("unit.name.", "unit.value.", "explain."))}
    assert ids - here - elsewhere - said == set()


def test_looks_into_other_records_are_bounded() -> None:
    """Each costs the writing of SQL nearly a millisecond; formulas count with what is in them."""
    look = "belongs_to.n"
    compile_expression(APP, "account", " + ".join([look] * 80), space="name")
    with pytest.raises(ProblemsError) as refused:
        compile_expression(APP, "account", " + ".join([look] * 81), space="name")
    problem = refused.value.problems[0]
    assert problem.text("en") == (
        "The expression looks into related records 81 times, 80 at most;"
        " store a part of it as a formula field (stored: true)."
    )
    assert problem.text("zh-CN").startswith("表达式要查看关联数据 81 次，最多 80 次")
