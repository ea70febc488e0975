"""What people see and may do: forms, views, roles and the menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .named import Named


@dataclass(frozen=True, kw_only=True)
class FormField:
    """A field's place in a form; the conditions are expressions over the record being edited."""

    field: str
    visible_when: str | None = None
    required_when: str | None = None
    read_only_when: str | None = None
    wide: bool = False


@dataclass(frozen=True, kw_only=True)
class FormSection(Named):
    """A titled group of fields in one to three columns."""

    columns: int = 2
    visible_when: str | None = None
    fields: tuple[FormField, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Form(Named):
    """How records of `entity` are filled in; `use` is "edit" (the full one) or "quick"."""

    entity: str
    use: Literal["edit", "quick"] = "edit"
    sections: tuple[FormSection, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a list: a path of field ids (`("customer", "owner")`), width in pixels."""

    path: tuple[str, ...]
    width: int | None = None


@dataclass(frozen=True, kw_only=True)
class Sort:
    """One key of an order: a path of field ids and its direction."""

    path: tuple[str, ...]
    descending: bool = False


@dataclass(frozen=True, kw_only=True)
class View(Named):
    """A list of `entity`: its columns, filter (an expression) and order; `kanban` is a board."""

    entity: str
    type: Literal["list", "kanban"] = "list"
    columns: tuple[Column, ...] = ()
    filter: str | None = None
    sort: tuple[Sort, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EntityAccess:
    """What a role may do with an entity. `rows` is "own", "all" or an expression (id space)."""

    entity: str
    rows: str = "all"
    read: bool = True
    create: bool = False
    update: bool = False
    delete: bool = False
    hidden_fields: tuple[str, ...] = ()
    read_only_fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Role(Named):
    """What its members may do; an entity that is not listed falls under `everything_else`."""

    entities: tuple[EntityAccess, ...] = ()
    everything_else: EntityAccess | None = None
    metadata: bool = False
    members: bool = False
    imports: bool = False
    import_history: bool = False

    def access(self, entity_id: str) -> EntityAccess | None:
        """The access of this role to an entity, or None for none at all."""
        for one in self.entities:
            if one.entity == entity_id:
                return one
        return self.everything_else


@dataclass(frozen=True, kw_only=True)
class Module(Named):
    """A part of the app that can be switched off; `needs` are the ids of others it cannot be
    on without."""

    needs: tuple[str, ...] = ()
    off: bool = False


@dataclass(frozen=True, kw_only=True)
class MenuItem(Named):
    """An entry of the menu: an entity, a dashboard, or a page of the product (`today`)."""

    entity: str | None = None
    dashboard: str | None = None
    page: str | None = None
    icon: str = ""
