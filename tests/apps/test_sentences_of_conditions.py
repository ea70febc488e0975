"""The conditions and formulas of the CRM template as people say them, word by word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fieldstone.metadata.messages import LOCALES
from fieldstone.rules import compile_expression, sentence
from fieldstone.rules.formats import Formats
from tests.apps.test_where_used import app_of
from tests.rules.world import ZONE

FILE = Path(__file__).parent / "sentences.json"
SAID: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))


@pytest.mark.parametrize("one", SAID, ids=[one["text"][:60] for one in SAID])
def test_a_sentence_of_the_template(one: dict[str, Any]) -> None:
    expression = compile_expression(
        app_of("crm_template"),
        one["over"],
        one["text"],
        parent=one.get("parent"),
        allow_viewer=True,
        into=tuple(one["into"]) if "into" in one else None,
    )
    found = {locale: sentence(expression, Formats(locale, ZONE)) for locale in LOCALES}
    assert found == {locale: one[locale] for locale in LOCALES}
