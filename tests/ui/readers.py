"""Readers: people with a browser in front of a running server."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Page

from fieldstone.engine.installation import Installation
from fieldstone.engine.workspaces import Workspace
from tests.ui.workshop import PASSWORD


@dataclass(frozen=True)
class Site:
    """A running server with the workshop in it."""

    address: str
    installation: Installation
    workspace: Workspace

    def path(self, rest: str) -> str:
        return f"{self.address}/workshop/{rest}"


@dataclass
class Reader:
    """A person with a browser; `complaints` is what the browser's console complained about."""

    page: Page
    site: Site
    complaints: list[str] = field(default_factory=list)

    def open(self, rest: str) -> None:
        self.page.goto(self.site.path(rest))

    def sign_in(self, email: str = "chief@example.com") -> None:
        self.page.goto(f"{self.site.address}/sign-in")
        self.page.fill("#who", email)
        self.page.fill("#password", PASSWORD)
        self.page.click("button.primary")
        self.page.wait_for_url("**/workshop/machine")

    def sideways(self) -> int:
        """By how many pixels the page is wider than the window."""
        found: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return found
