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
        "count_distinct",
        "count_distinct(records.field) / count_distinct(records.field, condition)",
        both("How many different values the related records have.", "相关记录中不同取值的个数。"),
        "count_distinct(deals.product) > 1",
        "related",
        (Example('count_distinct(deals.product, stage == "won") > 1', of="customer"),),
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
        "median",
        "median(records.field) / median(records.field, condition)",
        both(
            "The value in the middle of the related records, of an even number the mean of the two"
            " in the middle, to six places.",
            "相关记录的中位数，个数为偶数时取中间两个的平均值，保留六位小数。",
        ),
        "median(deals.amount)",
        "related",
        (Example("median(deals.amount) > 10000", of="customer"),),
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
_TABLE_EMPTY = both("Empty values have none, and do not count.", "为空的值没有结果，也不参与计算。")
_WINDOWS = (
    Special(
        "rank",
        "rank(value) / rank(value, within)",
        both(
            "The place among all records, 1 for the largest value; equal values share the better"
            " place. With `within` among those that are alike in it.",
            "在全部记录中的名次，最大的值为 1，相同的值名次相同；"
            "写上 `within` 时只与该值相同的记录相比。",
        ),
        "rank(won_amount, owner)",
        "table",
        (Example("rank(amount)", of="deal"), Example("rank(amount, owner)", of="deal")),
        _TABLE_EMPTY,
    ),
    Special(
        "share",
        "share(value) / share(value, within)",
        both(
            "The part of the total of all records, to six places; empty where the total is 0."
            " With `within` of the total of those that are alike in it.",
            "占全部记录合计的比例，保留六位小数，合计为 0 时为空；"
            "写上 `within` 时只算该值相同的记录。",
        ),
        "share(amount)",
        "table",
        (Example("share(amount)", of="deal"), Example("share(amount, owner)", of="deal")),
        _TABLE_EMPTY,
    ),
    Special(
        "percentile",
        "percentile(value) / percentile(value, within)",
        both(
            "The part of the records with a value that are not above this one, to six places: 1 for"
            " the largest, 0.5 for the middle one of many.",
            "在有值的记录中，不大于该值的所占的比例，保留六位小数：最大的为 1，居中的约为 0.5。",
        ),
        "percentile(amount) > 0.8",
        "table",
        (Example("percentile(amount) > 0.8", of="deal"),),
        _TABLE_EMPTY,
    ),
)
WINDOWS = frozenset(one.name for one in _WINDOWS)
"""The functions over a whole table, by name."""
SPECIALS: Mapping[str, Special] = {one.name: one for one in (*_AGGREGATES, HAS_TAG, *_WINDOWS)}
"""Aggregates, has_tag and the functions over a table, by name."""


def described() -> tuple[Function | Special, ...]:
    """Everything that can be called in an expression, by name."""
    return tuple(sorted((*functions(), *SPECIALS.values()), key=lambda one: one.name))
