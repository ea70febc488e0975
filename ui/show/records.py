"""The page of one record, as a value for its template."""

from __future__ import annotations

from dataclasses import dataclass, field

from .alerts import AlertItem
from .lists import ListModel, Tab
from .related import Composer
from .sections import Pair, PairSection
from .stages import Stepper
from .timeline import Timeline


@dataclass(frozen=True, kw_only=True)
class RecordModel:
    """Everything that the template of a record shows."""

    title: str
    subtitle: str
    entity: str
    icon: str
    version: int
    list_href: str
    key: str = ""
    """Its entity's name and its id, as the palette remembers it: `deal.12`."""
    facts: tuple[Pair, ...]
    tabs: tuple[Tab, ...]
    sections: tuple[PairSection, ...] = ()
    related: ListModel | None = None
    stages: Stepper | None = None
    composer: Composer | None = None
    timeline: Timeline = field(default_factory=lambda: Timeline(()))
    alerts: tuple[AlertItem, ...] = ()
    edit: str | None = None
    delete: str | None = None
    sample: bool = False
    beside: str | None = None
    """Where to ask for the records before and after this one, where one came from a list."""

    refusal: str = ""
    problems: tuple[str, ...] = ()
