"""The pages about the expression language, made from its functions and operators."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from fieldstone.metadata.documents import read_folder
from fieldstone.metadata.expression import parse
from fieldstone.metadata.expression.tree import Call, Node
from fieldstone.metadata.model import App
from fieldstone.rules import check, compile_expression
from fieldstone.rules.functions import (
    GROUPS,
    OPERATORS,
    Example,
    Function,
    Operator,
    Special,
    described,
)
from fieldstone.rules.functions.registry import ANY, VALUE
from fieldstone.rules.types import Words

PAGES = {"en": "expressions.md", "zh-CN": "expressions.zh-CN.md"}
NOTE = "<!-- Written by `make docs` from platform/rules/functions; change the function instead. -->"
TEMPLATE = Path(__file__).parents[1] / "apps" / "crm_template"
TELLING = Function | Special | Operator

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Functions and operators of expressions",
        "intro": "What each does, with examples that the tests run. How expressions are written and"
        " what holds for all of them: [expressions](../expressions.md). Where the present"
        " matters, the examples are computed on 21 November 2026, half past twelve in Shanghai."
        " Examples without a value read records of the CRM that ships; working days are those of"
        " its calendar, China's of 2026.",
        "other": "[中文](expressions.zh-CN.md)",
        "operators": "Operators",
        "takes": "Takes",
        "gives": "Gives",
        "empty": "With empty",
        "is_empty": "Empty.",
        "example": "| example | value |",
        "none": "empty",
        "of": "over {entity}",
        "or": " or ",
        "and": ", ",
        "repeats": " and more of these",
        "any": "any value",
        "value": "any value but tags and conditions",
        "plain": "any value but tags",
        "stop": ".",
        "colon": ": ",
    },
    "zh-CN": {
        "title": "表达式的函数与运算符",
        "intro": "每个函数的作用和示例，示例都由测试运行。写法和通用规则见"
        "[表达式](../expressions.md)（英文）。与当前时间有关的示例按 2026 年 11 月 21 日 12:30"
        "（上海时间）计算；没有给出结果的示例读取随产品提供的客户管理应用的记录；"
        "工作日按该应用的日历，即中国 2026 年的放假安排。",
        "other": "[English](expressions.md)",
        "operators": "运算符",
        "takes": "参数",
        "gives": "结果",
        "empty": "遇到空值",
        "is_empty": "为空。",
        "example": "| 示例 | 结果 |",
        "none": "（空）",
        "of": "读取 {entity}",
        "or": "或",
        "and": "；",
        "repeats": "，可以有多个",
        "any": "任意值",
        "value": "除标签和条件以外的任意值",
        "plain": "除标签以外的任意值",
        "stop": "。",
        "colon": "：",
    },
}


def pages() -> dict[str, str]:
    """Return the page of the language in each language of people."""
    return {name: page(locale) for locale, name in PAGES.items()}


def page(locale: str) -> str:
    """Return the page in one language: the operators, then the functions by chapter."""
    words = WORDS[locale]
    lines = [NOTE, f"# {words['title']}", "", f"{words['intro']} {words['other']}", ""]
    lines += [f"## {words['operators']}", ""]
    for operator in OPERATORS:
        lines += [f"### `{operator.signature}`", "", *body(operator, locale)]
    for group, label in GROUPS.items():
        members = [one for one in described() if one.group == group]
        if members:
            lines += [f"## {label[locale]}", ""]
        for one in members:
            lines += [f"### {one.name}", "", f"`{one.signature}`", "", *body(one, locale)]
    return "\n".join(lines).rstrip() + "\n"


def body(one: TELLING, locale: str) -> Iterator[str]:
    """Yield what is told of a function or operator below its heading."""
    words = WORDS[locale]
    yield from (one.help[locale], "")
    if isinstance(one, Function) and one.kinds:
        yield f"- {words['takes']}{words['colon']}{taken(one, locale)}{words['stop']}"
    if not isinstance(one, Operator):
        yield f"- {words['gives']}{words['colon']}{given(one, locale)}{words['stop']}"
    if one.empty or not isinstance(one, Function) or one.kinds:
        told = one.empty[locale] if one.empty else words["is_empty"]
        yield f"- {words['empty']}{words['colon']}{told}"
    yield from ("", words["example"], "|---|---|")
    for example in one.examples:
        yield f"| {code(example.text)} | {shown(example, locale)} |"
    yield ""


def taken(one: Function, locale: str) -> str:
    """Return in words what the arguments may be, one after the other."""
    words = WORDS[locale]
    told = words["and"].join(kinds_in_words(kinds, locale) for kinds in one.kinds)
    return told + (words["repeats"] if one.repeats else "")


def kinds_in_words(kinds: frozenset[str], locale: str) -> str:
    """Return in words what one argument may be."""
    words = WORDS[locale]
    known = {ANY: "any", VALUE: "value", ANY - {"tags"}: "plain"}
    if kinds in known:
        return words[known[kinds]]
    order = ("text", "number", "money", "date", "datetime", "choice", "reference")
    return words["or"].join(Words(kind).text(locale) for kind in order if kind in kinds)


def given(one: Function | Special, locale: str) -> str:
    """Return in words what a function gives, as its examples have it."""
    kinds: list[str] = []
    for example in one.examples:
        for call in calls(parse(example.text), one.name):
            text = example.text[call.start : call.end]
            found = compile_expression(
                crm(),
                example.of or "customer",
                text,
                allow_viewer=True,
                space="name",
                over_table=True,
            )
            if found.type.kind not in kinds:
                kinds.append(found.type.kind)
    return WORDS[locale]["or"].join(Words(kind).text(locale) for kind in kinds)


def calls(node: Node, name: str) -> Iterator[Call]:
    """Yield the calls of a function in an expression, the outermost first."""
    if isinstance(node, Call) and node.function.text == name:
        yield node
        return
    for child in node.children():
        yield from calls(child, name)


@cache
def crm() -> App:
    """Return the CRM template, over which the examples are read."""
    documents, _ = read_folder(TEMPLATE)
    app = check(documents).app
    assert app is not None
    return app


def shown(example: Example, locale: str) -> str:
    """Return the value of an example, or what it reads."""
    if example.of is not None:
        entity = crm().entity(example.of)
        label = entity.label.get(locale) or entity.name
        return WORDS[locale]["of"].format(entity=f"{label}")
    if example.value is None:
        return WORDS[locale]["none"]
    return code(str(example.value))


def code(text: str) -> str:
    """Return a text as code within a cell; a mark of code within it needs a longer one around."""
    return f"`{text}`".replace("|", "\\|")
