"""Who holds an App: those who work with it, not what they once asked about it."""

from __future__ import annotations

import gc
from typing import Any
from weakref import ref

import pytest

from fieldstone.engine import access
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.errors import Malformed
from fieldstone.engine.query import paths
from fieldstone.metadata import document_of
from fieldstone.metadata.model import App
from tests.metadata.samples import app_of

CLIENT: dict[str, Any] = {
    "kind": "entity",
    "name": "client",
    "title": "name",
    "fields": [
        {"name": "name", "type": "text"},
        {"name": "phone", "type": "text"},
        {"name": "of", "type": "reference", "to": "client"},
    ],
}
SELLER: dict[str, Any] = {
    "kind": "role",
    "name": "seller",
    "entities": [{"entity": "client", "read": True, "update": True, "hidden_fields": ["phone"]}],
}
MANIFEST: dict[str, Any] = {"kind": "app", "name": "test", "version": "1.0.0"}
ADA = Caller(1, ("seller",))


def test_what_is_asked_about_rights_and_paths_holds_no_app() -> None:
    app = _app(SELLER)
    _ask(app)
    held = ref(app)
    del app
    gc.collect()
    assert held() is None


def test_each_app_has_answers_of_its_own() -> None:
    first, second = _app(SELLER), _app({**SELLER, "entities": []})
    assert "name" in access.readable(first, ADA, "client")
    assert not access.readable(second, ADA, "client")
    seen = access.visible_app(first, ADA)
    assert seen.entity("client").field_named("phone") is None
    assert "phone" in access.readable(first, SYSTEM, "client")
    assert "phone" not in access.readable(seen, SYSTEM, "client")


def _app(role: dict[str, Any]) -> App:
    return app_of(map(document_of, (MANIFEST, CLIENT, role)))


def _ask(app: App) -> None:
    assert "phone" not in access.readable(app, ADA, "client")
    assert "name" in access.writable(app, ADA, "client")
    assert access.row_rule(app, ADA, "client") is None
    assert access.visible_app(app, ADA) is access.visible_app(app, ADA)
    assert paths.resolve(app, ADA, "client", "of.name", "").ids == ("of", "name")
    with pytest.raises(Malformed):
        paths.resolve(app, ADA, "client", "of.phone", "")
