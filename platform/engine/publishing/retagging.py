"""Retagging: records that have an archived tag get the one that replaces it, and back again.

The tags of an entity of which any are replaced or purged get another table, so that no app in force
sees how it comes about: first as they are, without what is purged, then with what is replaced.

A tag that is replaced ends with the publish, and its row remembers by what: `hand>quality`. What
records get begins with it, `replaced`. Where a tag is not replaced any more, it begins again for
the records that have what they got for it still; the others stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...metadata.model import App, Field
from .. import access
from ..access import Caller
from ..layout import Layout
from ..transaction import Transaction
from . import ddl, replacing
from .freeing import count
from .outcome import Counting, Example, Fate, Outcome
from .replacing import Replaced, mapped_text
from .rows import BESIDE
from .steps import NOW, Step

_BEGUN = "replaced"
"""The source of a tag that a record got instead of another."""

_LINK = '"record_id", "field_id", "tag_id", "source", "valid_from"'


def retagging_steps(tx: Transaction, caller: Caller, after: App, layout: Layout) -> Iterator[Step]:
    """A step for each table that tags get, and for each field of which other ones are replaced."""
    yield from _copied(tx, after, layout)
    for entity_id, was, one in replacing.changed_tags(tx.app, after):
        there = tx.layout.link_table(entity_id)
        link = layout.link_table(entity_id) if entity_id in layout else None
        if there is None or link is None:
            continue
        shown = one.id in access.readable(tx.app, caller, entity_id)
        outcome = _Retagging(tx, there, was, one).outcome(shown=shown)
        # Also where no record has such a tag: one may be given it until this is in force.
        statements = tuple(_Retagging(tx, link, was, one).statements())
        rows = outcome["replaced"].rows + outcome["returned"].rows
        yield Step("replace_tags", entity_id, one.id, link, statements, rows, outcome=outcome)


def _copied(tx: Transaction, after: App, layout: Layout) -> Iterator[Step]:
    """Tags as they are, in the table that they get."""
    for entity_id, at in layout.entities.items():
        there = tx.layout.link_table(entity_id) if entity_id in tx.layout else None
        if there is None or at.link_table is None or at.link_table == there:
            continue
        old, new = ddl.quoted(there), ddl.quoted(at.link_table)
        stays = "".join(f" AND NOT ({one})" for one in _purged(tx.app, after, entity_id))
        statements = (
            f"DELETE FROM {new} WHERE {BESIDE}",
            f'INSERT INTO {new} ({_LINK}, "valid_to") SELECT {_LINK}, "valid_to" FROM {old}'
            f" WHERE 1 = 1{stays} AND {BESIDE}",
        )
        rows = count(tx, there)
        yield Step("copy_tags", entity_id, None, at.link_table, statements, rows)


def _purged(before: App, after: App, entity_id: str) -> Iterator[str]:
    """The conditions on tags of fields, or single ones, that are there no more."""
    known = after.entity(entity_id).by_id
    for one in before.entity(entity_id).fields:
        if one.family != "tags":
            continue
        of_field = f'"field_id" = {ddl.text(one.id)}'
        if one.id not in known:
            yield of_field
            continue
        gone = {each.id for each in one.options} - {each.id for each in known[one.id].options}
        if gone:
            yield f'{of_field} AND "tag_id" IN ({", ".join(map(ddl.text, sorted(gone)))})'


class _Retagging:
    """The tags of one field: `gone` are replaced now, `back` were, by what they are not now.

    `link` is the table that they lie in.
    """

    def __init__(self, tx: Transaction, link: str, was: Field, one: Field) -> None:
        self.tx = tx
        self.link = ddl.quoted(link)
        self.one = one
        before = replacing.declared(was.replaced, one)
        self.gone: Replaced = one.replaced
        self.before = before
        self.back: Replaced = {
            key: other for key, other in before.items() if one.replaced.get(key) != other
        }

    def statements(self) -> Iterator[str]:
        """What comes back first, for it may be replaced by something else."""
        if self.back:
            yield (
                f"INSERT INTO {self.link} ({_LINK})"
                f' SELECT a."record_id", a."field_id", a."tag_id", {self._source()}, {NOW}'
                f" FROM {self.link} AS a WHERE {self._returns(self.back)} AND {BESIDE}"
            )
            yield (
                f'UPDATE {self.link} AS b SET "valid_to" = {NOW} WHERE {self._begun()} AND {BESIDE}'
            )
            yield (
                f'UPDATE {self.link} AS a SET "source" = {self._source()}'
                f" WHERE {self._ended(self.back)} AND {BESIDE}"
            )
        if self.gone:
            given = mapped_text(self.gone, _TAG)
            yield (
                f"INSERT INTO {self.link} ({_LINK})"
                f' SELECT c."record_id", c."field_id", c."tag_id", {ddl.text(_BEGUN)}, {NOW} FROM'
                f' (SELECT DISTINCT a."record_id", a."field_id", {given} AS "tag_id"'
                f" FROM {self.link} AS a WHERE {self._held()} AND NOT EXISTS"
                f" (SELECT 1 FROM {self.link} AS b WHERE {_SAME}"
                f' AND b."tag_id" = {given} AND b."valid_to" IS NULL)) AS c WHERE {BESIDE}'
            )
            yield (
                f'UPDATE {self.link} AS a SET "valid_to" = {NOW},'
                f""" "source" = coalesce(a."source", '') || '>' || {given}"""
                f" WHERE {self._held()} AND {BESIDE}"
            )

    def outcome(self, *, shown: bool) -> Outcome:
        """How many tags are replaced, come back, or stay because records were changed since."""
        counting = Counting()
        for fate, row, where in self._fates():
            tag = f'{row}."tag_id"'
            query = f"SELECT {tag}, count(*) FROM {self.link} AS {row} WHERE {where}"
            found = self.tx.connection.exec_driver_sql(
                f"{query} GROUP BY {tag} ORDER BY {tag}", execution_options={"no_parameters": True}
            )
            for tag, rows in found:
                counting.add(fate, rows, self._example(fate, tag))
        return counting.outcome(shown=shown)

    def _fates(self) -> Iterator[tuple[Fate, str, str]]:
        """Each fate with the rows that meet it."""
        again = {key: one for key, one in self.back.items() if key not in self.gone}
        elsewhere = {key: one for key, one in self.back.items() if key in self.gone}
        if self.gone:
            yield (
                "replaced",
                "b",
                self._held("b") + (f" AND NOT ({self._begun()})" if self.back else ""),
            )
        if elsewhere:
            yield "replaced", "a", self._returns(elsewhere)
        if again:
            yield "returned", "a", self._returns(again)
            yield "edited", "a", f"{self._ended(again)} AND NOT {self._still()}"

    def _example(self, fate: Fate, tag: str) -> Example:
        """From what to what; what is left alone has the tag no more."""
        before, after = tag, self.gone.get(tag, tag)
        if fate == "returned":
            before = self.before[tag]
        return Example(self._called(before), self._called(after))

    def _called(self, tag: str) -> str:
        option = self.one.option(tag)
        return option.text(self.tx.app.manifest.default_locale) if option else tag

    def _held(self, row: str = "a") -> str:
        """Tags that records have and that are replaced now."""
        return f'{self._of(row, self.gone)} AND {row}."valid_to" IS NULL'

    def _of(self, row: str, tags: Iterable[str]) -> str:
        named = ", ".join(ddl.text(one) for one in sorted(tags))
        return f'{row}."field_id" = {ddl.text(self.one.id)} AND {row}."tag_id" IN ({named})'

    def _ended(self, replaced: Replaced) -> str:
        """Tags `a` that ended by being replaced, as their source remembers."""
        other = mapped_text(replaced, _TAG)
        tail = f'substr(a."source", length(a."source") - length({other}))'
        return (
            f"{self._of('a', replaced)} AND a.\"valid_to\" IS NOT NULL AND {tail} = '>' || {other}"
        )

    def _source(self) -> str:
        """The source that a tag `a` had before it ended so."""
        other = mapped_text(self.before, _TAG)
        return f"""nullif(substr(a."source", 1, length(a."source") - 1 - length({other})), '')"""

    def _returns(self, replaced: Replaced) -> str:
        """Tags `a` that ended by being replaced, and come back."""
        return f"{self._ended(replaced)} AND {self._still()}"

    def _still(self) -> str:
        """The record has what it got for a tag `a`, and had it without a break."""
        return (
            f"EXISTS (SELECT 1 FROM {self.link} AS b WHERE {_SAME}"
            f' AND b."tag_id" = {mapped_text(self.before, _TAG)} AND b."valid_to" IS NULL'
            ' AND b."valid_from" <= a."valid_to")'
        )

    def _begun(self) -> str:
        """Tags `b` that records got for those that come back, and for no other."""
        left = {key: other for key, other in self.before.items() if key not in self.back}
        return (
            f'{self._of("b", self.before.values())} AND b."valid_to" IS NULL'
            f' AND b."source" = {ddl.text(_BEGUN)} AND {self._got(self.back)}'
            + (f" AND NOT {self._got(left)}" if left else "")
        )

    def _got(self, replaced: Replaced) -> str:
        """The tag `b` is what its record got for one of these."""
        return (
            f"EXISTS (SELECT 1 FROM {self.link} AS a WHERE {self._ended(replaced)} AND {_SAME}"
            f' AND b."tag_id" = {mapped_text(replaced, _TAG)} AND a."valid_to" >= b."valid_from")'
        )


_TAG = 'a."tag_id"'
_SAME = 'a."record_id" = b."record_id" AND a."field_id" = b."field_id"'
"""Two rows are of the same record and field."""
