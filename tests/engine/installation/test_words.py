"""Every sentence of the engine is there in both languages, with the same parameters."""

import json
import re
from pathlib import Path

import pytest

import fieldstone.engine

FOLDER = Path(fieldstone.engine.__file__).parent


@pytest.mark.parametrize("folder", sorted(FOLDER.glob("locale*")), ids=lambda path: path.name)
def test_both_languages_say_the_same(folder: Path) -> None:
    english, chinese = (
        json.loads((folder / f"{locale}.json").read_text("utf-8")) for locale in ("en", "zh-CN")
    )
    # English alone has a singular.
    assert {key.removesuffix(".one") for key in english} == chinese.keys()
    for key, sentence in english.items():
        assert parameters(sentence) == parameters(chinese[key.removesuffix(".one")]), key


def parameters(sentence: str) -> set[str]:
    """Return the names in braces."""
    return set(re.findall(r"{(\w+)}", sentence))
