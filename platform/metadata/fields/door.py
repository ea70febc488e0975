"""The door through which packages bring field types: the entry points `fieldstone.field_types`."""

from __future__ import annotations

from importlib.metadata import EntryPoint

from ..messages import LOCALES, add_catalogue, catalogue
from ..naming import NAME
from ..plugins import Plugins
from ..problems import Problem, ProblemsError
from . import registry
from .base import FieldType

GROUP = "fieldstone.field_types"
MAY_BE_LIKE = (
    "text",
    "long_text",
    "integer",
    "decimal",
    "money",
    "percent",
    "boolean",
    "date",
    "datetime",
    "email",
    "phone",
    "url",
)
"""The types that a package's may be like: those that hold one value of their own."""


def load_field_types() -> None:
    """Let in the field types of the packages installed beside us, once a process.

    Raises ProblemsError with the package and the type: `plugin.failed` for an entry that cannot be
    imported, `plugin.type_name`, `plugin.type_like` and `plugin.type_words` for a type that cannot
    be let in.
    """
    PLUGINS.load()


def _let_in(package: str, entry: EntryPoint) -> None:
    made = entry.load()
    name = str(getattr(made, "name", entry.name))
    params = {"package": package, "name": name}
    if not NAME.fullmatch(name) or name in registry.TYPES:
        raise ProblemsError([Problem("plugin.type_name", params)])
    base = registry.TYPES.get(getattr(made, "like", ""))
    of_base = isinstance(made, type) and base is not None and issubclass(made, type(base))
    if base is None or base.name not in MAY_BE_LIKE or not of_base:
        params["types"] = ", ".join(MAY_BE_LIKE)
        raise ProblemsError([Problem("plugin.type_like", params)])
    one: FieldType = made()
    if one.catalogue is not None:
        add_catalogue(one.catalogue)
    _told(params, name)
    registry.add(one)


def _told(params: dict[str, str], name: str) -> None:
    """Refuse a type that people could not choose, since nothing says what it is."""
    for locale in LOCALES:
        for key in (f"type_name.{name}", f"type_hint.{name}"):
            if not catalogue(locale).get(key):
                missing = {**params, "key": key, "locale": locale}
                raise ProblemsError([Problem("plugin.type_words", missing)])


PLUGINS = Plugins(GROUP, _let_in)
"""The entries that bring field types."""
