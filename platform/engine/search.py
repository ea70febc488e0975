"""Search: keeps the index of searchable values current, and finds records by words.

Chinese is found by two characters, by pinyin and by initials, telephone numbers by any digits.
The index only names candidates: they are checked against the text itself, and only fields that
the caller may read are looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from ..metadata.model import Entity
from ..metadata.problems import Problem
from . import access
from .access import Caller
from .errors import Malformed
from .layout import Layout
from .search_tables import SEARCH, TERMS
from .search_terms import MOST_QUERY, Word, searchable, terms_of, word_of, words_of
from .transaction import Transaction

_COLUMNS: Final = "entity, field, record_id, folded, terms"
_ON_CONFLICT: Final = (
    "ON CONFLICT (entity, record_id, field) "
    "DO UPDATE SET folded = excluded.folded, terms = excluded.terms"
)
_KEEP: Final = {
    "sqlite": sa.text(
        f"INSERT INTO _search ({_COLUMNS}) "
        f"VALUES (:entity, :field, :record_id, :folded, :terms) {_ON_CONFLICT}"
    ),
    "postgresql": sa.text(
        f"INSERT INTO _search ({_COLUMNS}) VALUES (:entity, :field, :record_id, :folded, "
        f"array_to_tsvector(string_to_array(:terms, ' '))) {_ON_CONFLICT}"
    ).execution_options(prepared="system"),
}


def searched_fields(entity: Entity) -> tuple[str, ...]:
    """The ids of the live fields whose values are indexed."""
    return tuple(one.id for one in entity.live_fields if one.search and not one.system)


def places(entity: Entity, layout: Layout) -> Mapping[str, str]:
    """The searched fields, each with what its values are indexed under: its column.

    So the values of a field that changes its type are indexed beside those of before.
    """
    found = ((one, layout.find(entity.id, one)) for one in searched_fields(entity))
    return {one: at.column for one, at in found if at}


def keep(tx: Transaction, entity_id: str, changes: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Index the searchable ones of the values that (record id, values) name; one statement."""
    entity = tx.app.entity(entity_id)
    fields = places(entity, tx.layout)
    rows = [
        _row(entity, field_id, record_id, values[field_id], under)
        for record_id, values in changes
        for field_id, under in fields.items()
        if field_id in values
    ]
    if rows:
        tx.connection.execute(_KEEP[tx.tables.dialect], rows)


def index(tx: Transaction, entity_id: str, fields: Collection[str], rows: sa.TextClause) -> None:
    """Index what records that are there have in searched fields; so few that they fit in memory."""
    table = tx.tables.table(entity_id)
    columns = [tx.tables.column(table, entity_id, one) for one in ("id", *fields)]
    found = tx.connection.execute(sa.select(*columns).where(rows))
    keep(tx, entity_id, [(row[0], dict(zip(fields, row[1:], strict=True))) for row in found])


def _row(entity: Entity, field_id: str, record_id: int, value: Any, under: str) -> dict[str, Any]:
    digits = entity.field(field_id).family == "phone"
    folded = "" if value is None else searchable(value, digits=digits)
    return {
        "entity": entity.id,
        "field": under,
        "record_id": record_id,
        "folded": folded,
        "terms": terms_of(folded),
    }


def condition(
    tx: Transaction, caller: Caller, entity_id: str, record_id: sa.ColumnElement[int], query: str
) -> sa.ColumnElement[bool] | None:
    """The condition on a record's id that it is found by every word of `query`.

    None where the query asks for nothing. Malformed if it is too long.
    """
    if len(query) > MOST_QUERY:
        raise Malformed(Problem("search.too_long", {"most": MOST_QUERY}, pointer="/q"))
    words = words_of(query)
    if not words:
        return sa.false() if query.strip() else None
    known = access.readable(tx.app, caller, entity_id)
    kept = places(tx.app.entity(entity_id), tx.layout)
    fields = [under for one, under in kept.items() if one in known]
    if not fields:
        return sa.false()
    hits = _HITS[tx.tables.dialect]
    return sa.and_(*(record_id.in_(hits(entity_id, fields, word)) for word in words))


def containing(
    tx: Transaction, entity_id: str, field_id: str, texts: Collection[str], most: int
) -> sa.Select[Any] | None:
    """The ids of the `most` records of which a searched field holds most of these folded texts.

    None where the field is not searched, or no text says anything.
    """
    under = places(tx.app.entity(entity_id), tx.layout).get(field_id)
    words = [word for one in sorted(texts) if (word := word_of(one))]
    if under is None or not words:
        return None
    hits = _HITS[tx.tables.dialect]
    ways = [hits(entity_id, [under], word).subquery() for word in words]
    found = sa.union_all(*(sa.select(one.c.record_id) for one in ways)).subquery()
    held = sa.func.count().desc(), found.c.record_id.desc()
    return sa.select(found.c.record_id).group_by(found.c.record_id).order_by(*held).limit(most)


def _hits_sqlite(entity_id: str, fields: list[str], word: Word) -> sa.CompoundSelect[Any]:
    """The records that one word finds: a select a way, each led by the index of terms."""
    ways: list[tuple[str, bool]] = []
    if word.pairs:
        ways.append((" AND ".join(f'"{one}"' for one in word.pairs), True))
    if word.beginning:
        ways.append((f'"{word.beginning}"', True))
    if word.sounds:
        ways.append((" OR ".join(f'"{one}" *' for one in word.sounds), False))
    found = []
    for wanted, checked in ways:
        near, hit = TERMS.alias(), SEARCH.alias()
        statement = sa.select(hit.c.record_id).where(
            near.c["_search_terms"].bool_op("MATCH")(wanted),
            hit.c.id == near.c.rowid,
            # Concatenated, so that SQLite does not walk all values of the entity instead.
            hit.c.entity.concat("") == entity_id,
            hit.c.field.in_(fields),
        )
        if checked:
            statement = statement.where(sa.func.instr(hit.c.folded, word.text) > 0)
        found.append(statement)
    return sa.union_all(*found)


def _hits_postgresql(entity_id: str, fields: list[str], word: Word) -> sa.Select[Any]:
    hit = SEARCH.alias()
    return sa.select(hit.c.record_id).where(
        hit.c.entity == entity_id, hit.c.field.in_(fields), _matches_postgresql(hit, word)
    )


def _matches_postgresql(hit: sa.FromClause, word: Word) -> sa.ColumnElement[bool]:
    ways = []
    if word.pairs:
        wanted = " & ".join(f"'{one}'" for one in word.pairs)
        near = _terms_postgresql(hit, wanted)
        ways.append(sa.and_(near, sa.func.strpos(hit.c.folded, word.text) > 0))
    if word.beginning:
        near = _terms_postgresql(hit, f"'{word.beginning}'")
        ways.append(sa.and_(near, sa.func.strpos(hit.c.folded, word.text) > 0))
    if word.sounds:
        ways.append(_terms_postgresql(hit, " | ".join(f"'{one}':*" for one in word.sounds)))
    return sa.or_(*ways)


def _terms_postgresql(hit: sa.FromClause, wanted: str) -> sa.ColumnElement[bool]:
    # Words hold letters and digits only, so quoting needs no escape.
    terms = sa.type_coerce(hit.c.terms, TSVECTOR)
    asked = sa.cast(sa.literal(wanted, sa.Text()), TSQUERY)
    found: sa.ColumnElement[bool] = terms.bool_op("@@")(asked)
    return found


_HITS: Final = {"sqlite": _hits_sqlite, "postgresql": _hits_postgresql}
