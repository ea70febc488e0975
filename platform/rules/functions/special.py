"""What is written like a function but typed in a way of its own: aggregates and has_tag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .registry import Example, Function, Group, both, functions


@dataclass(frozen=True, slots=True)
class Special:
    """Something that is called like a function; shown as a `Function` is."""

    name: str
    signature: str
    help: Mapping[str, str]
    example: str
    group: Group
    examples: tuple[Example, ...] = ()
    empty: Mapping[str, str] | None = None


_AGGREGATES = (
    Special(
        "count",
        "count(records) / count(records, condition)",
        both(
            "How many related records there are (0 for none); of a field: how many are filled in.",
            "相关记录的条数，没有时为 0；写字段时统计已填写的条数。",
        ),
        'count(deals, stage == "won") >= 2',
        "related",
        (Example('count(deals, stage == "won") >= 2', of="customer"),),
        both(
            "Empty values and deleted records are left out; of none it is 0.",
            "为空的值和已删除的记录不参与；没有时为 0。",
        ),
    ),
    Special(
        "sum",
        "sum(records.field) / sum(records.field, condition)",
        both("The sum over the related records; 0 for none.", "相关记录的合计，没有时为 0。"),
        'sum(deals.amount, stage == "won")',
        "related",
        (Example("sum(deals.amount, not stage.closed)", of="customer"),),
        both(
            "Empty values and deleted records are left out; of none it is 0.",
            "为空的值和已删除的记录不参与；没有时为 0。",
        ),
    ),
    Special(
        "avg",
        "avg(records.field) / avg(records.field, condition)",
        both(
            "The mean over the related records, to six places; empties are left out.",
            "相关记录的平均值，保留六位小数，为空的不参与。",
        ),
        "avg(deals.amount) > 10000",
        "related",
        (Example("avg(deals.amount) > 10000", of="customer"),),
        both(
            "Empty values and deleted records are left out; of none it is empty.",
            "为空的值和已删除的记录不参与；没有时结果为空。",
        ),
    ),
    Special(
        "min",
        "min(records.field) / min(records.field, condition)",
        both("The smallest value of the related records.", "相关记录中的最小值。"),
        "min(deals.closed_on)",
        "related",
        (Example("min(deals.closed_at)", of="customer"),),
        both(
            "Empty values and deleted records are left out; of none it is empty.",
            "为空的值和已删除的记录不参与；没有时结果为空。",
        ),
    ),
    Special(
        "max",
        "max(records.field) / max(records.field, condition)",
        both("The largest value of the related records.", "相关记录中的最大值。"),
        "max(follow_ups.at)",
        "related",
        (Example("max(follow_ups.at)", of="customer"),),
        both(
            "Empty values and deleted records are left out; of none it is empty.",
            "为空的值和已删除的记录不参与；没有时结果为空。",
        ),
    ),
    Special(
        "any",
        "any(records) / any(records, condition)",
        both(
            "Whether there is a related record for which the condition holds.",
            "是否有满足条件的相关记录。",
        ),
        "any(deals, not stage.closed)",
        "related",
        (Example("any(deals, not stage.closed)", of="customer"),),
        both(
            "Empty values and deleted records are left out; of none it is false.",
            "为空的值和已删除的记录不参与；没有时为否。",
        ),
    ),
    Special(
        "all",
        "all(records, condition)",
        both(
            "Whether the condition holds for every related record; true for none.",
            "相关记录是否全部满足条件，没有记录时为是。",
        ),
        "all(deals, stage.closed)",
        "related",
        (Example("all(deals, stage.closed)", of="customer"),),
        both(
            "Empty values and deleted records are left out; of none it is true.",
            "为空的值和已删除的记录不参与；没有时为是。",
        ),
    ),
    Special(
        "first",
        "first(records.field, condition, by=field)",
        both(
            "The field of the related record that comes first in the order of by= (else of entry).",
            "按 by= 的顺序（省略时按录入顺序）排在最前的相关记录的字段值。",
        ),
        "first(follow_ups.result, by=at)",
        "related",
        (Example("first(follow_ups.result, by=at)", of="customer"),),
        both(
            "Empty values and deleted records are left out; of none it is empty.",
            "为空的值和已删除的记录不参与；没有时结果为空。",
        ),
    ),
    Special(
        "last",
        "last(records.field, condition, by=field)",
        both(
            "The field of the related record that comes last in the order of by= (else of entry).",
            "按 by= 的顺序（省略时按录入顺序）排在最后的相关记录的字段值。",
        ),
        "last(follow_ups.result, by=at)",
        "related",
        (Example('last(follow_ups.result, kind == "visit", by=at)', of="customer"),),
        both(
            "Empty values and deleted records are left out; of none it is empty.",
            "为空的值和已删除的记录不参与；没有时结果为空。",
        ),
    ),
)
HAS_TAG = Special(
    "has_tag",
    'has_tag("dimension", "tag") / has_tag(field, "tag")',
    both("Whether the record has the tag.", "记录是否带有该标签。"),
    'has_tag("industry", "retail")',
    "people",
    (
        Example('has_tag("intent", "high")', of="customer"),
        Example('has_tag(customer.intent, "high")', of="deal"),
    ),
    both("False where there are no tags.", "没有标签时为否。"),
)
SPECIALS: Mapping[str, Special] = {one.name: one for one in (*_AGGREGATES, HAS_TAG)}
"""Aggregates and has_tag, by name."""


def described() -> tuple[Function | Special, ...]:
    """Everything that can be called in an expression, by name."""
    return tuple(sorted((*functions(), *SPECIALS.values()), key=lambda one: one.name))
