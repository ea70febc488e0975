"""Studio paths: where each page of the Studio is; things go by their ids, which never change."""

from __future__ import annotations

from dataclasses import dataclass

from .paths import with_query


@dataclass(frozen=True)
class StudioPaths:
    """The paths of one workspace's Studio."""

    slug: str

    @property
    def start(self) -> str:
        return f"/{self.slug}/-/studio"

    @property
    def review(self) -> str:
        return f"{self.start}/review"

    @property
    def revisions(self) -> str:
        return f"{self.start}/revisions"

    @property
    def template(self) -> str:
        return f"{self.start}/template"

    @property
    def modules(self) -> str:
        return f"{self.start}/modules"

    def upgrade(self, version: str, act: str = "") -> str:
        rest = f"/{act}" if act else ""
        return with_query(f"{self.template}/upgrade{rest}", {"to": version})

    @property
    def archived(self) -> str:
        return f"{self.start}/archived"

    @property
    def translations(self) -> str:
        return f"{self.start}/translations"

    @property
    def new_entity(self) -> str:
        return f"{self.start}/new-entity"

    def act(self, act: str) -> str:
        return f"{self.start}/{act}"

    def compare(self, before: int, after: int) -> str:
        return with_query(self.revisions, {"from": str(before), "to": str(after)})

    def fields(self, entity: str) -> str:
        return f"{self.start}/entity/{entity}"

    def settings(self, entity: str) -> str:
        return f"{self.start}/entity/{entity}/settings"

    def new_field(self, entity: str, **query: str | None) -> str:
        return with_query(f"{self.start}/entity/{entity}/new", query)

    def field(self, entity: str, field: str, act: str = "", **query: str | None) -> str:
        rest = f"/{act}" if act else ""
        return with_query(f"{self.start}/entity/{entity}/field/{field}{rest}", query)

    def check(self, entity: str) -> str:
        return f"{self.start}/entity/{entity}/check"

    def rules(self, entity: str, **query: str | None) -> str:
        return with_query(f"{self.start}/entity/{entity}/rules", query)

    def new_rule(self, entity: str) -> str:
        return f"{self.start}/entity/{entity}/rules/new"

    def rule(self, entity: str, rule: str, act: str = "") -> str:
        rest = f"/{act}" if act else ""
        return f"{self.start}/entity/{entity}/rules/rule/{rule}{rest}"

    def rule_live(self, entity: str) -> str:
        return f"{self.start}/entity/{entity}/rules/live"

    def rule_pick(self, entity: str) -> str:
        return f"{self.start}/entity/{entity}/rules/pick"

    def forms(self, entity: str, **query: str | None) -> str:
        return with_query(f"{self.start}/entity/{entity}/forms", query)

    def lists(self, entity: str, **query: str | None) -> str:
        return with_query(f"{self.start}/entity/{entity}/lists", query)

    def pipeline(self, entity: str) -> str:
        return f"{self.start}/entity/{entity}/pipeline"

    def stage(self, entity: str, stage: str, act: str = "") -> str:
        rest = f"/{act}" if act else ""
        return f"{self.start}/entity/{entity}/pipeline/{stage}{rest}"

    def tiers(self, entity: str, **query: str | None) -> str:
        return with_query(f"{self.start}/entity/{entity}/tiers", query)

    @property
    def tags(self) -> str:
        return f"{self.start}/tags"

    def dimension(self, dimension: str) -> str:
        return f"{self.start}/tags/{dimension}"

    def condition(self, entity: str, key: str) -> str:
        return f"{self.start}/entity/{entity}/condition/{key}"

    @property
    def dashboards(self) -> str:
        return f"{self.start}/dashboards"

    def dashboard(self, dashboard: str, act: str = "") -> str:
        rest = f"/{act}" if act else ""
        return f"{self.dashboards}/dashboard/{dashboard}{rest}"

    def card(self, dashboard: str, card: str = "") -> str:
        rest = f"card/{card}" if card else "new-card"
        return f"{self.dashboards}/dashboard/{dashboard}/{rest}"

    @property
    def metrics(self) -> str:
        return f"{self.start}/metrics"

    def metric(self, metric: str, act: str = "") -> str:
        rest = f"/{act}" if act else ""
        return f"{self.metrics}/metric/{metric}{rest}"
