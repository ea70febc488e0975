"""Paths: where each page of a workspace is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode


def with_query(path: str, query: Mapping[str, str | None]) -> str:
    """A path with the parameters that have a value, in the order given."""
    kept = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


@dataclass(frozen=True)
class Paths:
    """The paths of one workspace; entities and views go by their present names.

    Pages of the product live under `-`, which no entity can be called.
    """

    slug: str

    @property
    def home(self) -> str:
        return f"/{self.slug}/"

    @property
    def today(self) -> str:
        return f"/{self.slug}/-/today"

    @property
    def alerts(self) -> str:
        return f"/{self.slug}/-/alerts"

    @property
    def notifications(self) -> str:
        return f"/{self.slug}/-/notifications"

    def told(self, *parts: str) -> str:
        """A page about notifications: one of them, the latest, the choice of their kinds."""
        return "/".join((self.notifications, *parts))

    @property
    def search(self) -> str:
        return f"/{self.slug}/-/search"

    def people(self, *parts: str) -> str:
        """A page about people: the members, the roles, one's own account (`me`)."""
        return "/".join((f"/{self.slug}/-", *parts))

    def alert(self, alert_id: int, act: str) -> str:
        return f"{self.alerts}/{alert_id}/{act}"

    def dashboard(self, name: str, card: str = "", **query: str | None) -> str:
        path = f"/{self.slug}/-/dashboards/{name}"
        return with_query(f"{path}/cards/{card}" if card else path, query)

    def list(self, entity: str, **query: str | None) -> str:
        return with_query(f"/{self.slug}/{entity}", query)

    def new(self, entity: str, **query: str | None) -> str:
        return with_query(f"/{self.slug}/{entity}/new", query)

    def record(self, entity: str, record_id: int, **query: str | None) -> str:
        return with_query(f"/{self.slug}/{entity}/{record_id}", query)

    def act(self, entity: str, record_id: int, act: str, **query: str | None) -> str:
        return with_query(f"/{self.slug}/{entity}/{record_id}/{act}", query)

    def picker(self, entity: str, field: str) -> str:
        return f"/{self.slug}/{entity}/pick/{field}"
