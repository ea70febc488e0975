"""Write docs/reference/ from the schemas, settings and functions, so that it never lags behind."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from fieldstone.engine.settings import Described, described

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, this file's own folder stands there

from docs import language  # noqa: E402

SCHEMAS = ROOT / "platform" / "metadata" / "schemas"
REFERENCE = ROOT / "docs" / "reference"
NOTE = "<!-- Written by `make docs` from platform/metadata/schemas; change the schema instead. -->"
NOTE_SETTINGS = NOTE.replace("platform/metadata/schemas", "platform/engine/settings.py").replace(
    "schema instead", "setting instead"
)

Schema = Mapping[str, Any]


def pages(folder: Path = SCHEMAS) -> dict[str, str]:
    """Return every page that the schemas of a folder make: file name and text."""
    schemas = {path.name: json.loads(path.read_text("utf-8")) for path in _schema_files(folder)}
    written = {page_name(name): page(name, schema) for name, schema in schemas.items()}
    return {"README.md": index(schemas), **written}


def reference() -> dict[str, str]:
    """Return every page of the reference: of the schemas, the settings and the language."""
    return {**pages(), "settings.md": settings_page(described()), **language.pages()}


def settings_page(settings: Iterable[Described]) -> str:
    """Return the page that lists what an installation can be told from outside."""
    lines = [NOTE_SETTINGS, "# Settings", ""]
    lines += ["Variables of the environment, or lines `NAME=value` of a file `.env` in the folder"]
    lines += ["where the command runs; the environment wins. A name that is not listed is refused."]
    lines += ["How to use them: [operate](../how-to/operate.md).", ""]
    lines += ["| setting | default | meaning |", "|---|---|---|"]
    for one in settings:
        default = f"`{one.default}`" if one.default else ""
        lines.append(f"| `{one.variable}` | {default} | {cell(one.description)} |")
    return "\n".join(lines) + "\n"


def page_name(schema_file: str) -> str:
    """Return the name of the page about a schema: entity.json, entity.schema.json -> entity.md."""
    return schema_file.removesuffix(".json").removesuffix(".schema") + ".md"


def index(schemas: Mapping[str, Schema]) -> str:
    """Return the page that lists the others."""
    lines = [NOTE, "# Documents", "", "Each kind of document, and every key it may have.", ""]
    lines += ["| document | about |", "|---|---|"]
    for name, schema in schemas.items():
        link = f"[{cell(title(name, schema))}]({page_name(name)})"
        lines.append(f"| {link} | {cell(str(schema.get('description', '')))} |")
    lines += ["", "Settings of an installation: [settings](settings.md)."]
    lines += ["What expressions are made of: [functions and operators](expressions.md)"]
    lines += ["([中文](expressions.zh-CN.md))."]
    return "\n".join(lines) + "\n"


def page(name: str, schema: Schema) -> str:
    """Return the page about one schema: its own keys, then those of the parts it defines."""
    lines = [NOTE, f"# {title(name, schema)}", ""]
    lines += _body(schema)
    for part, definition in sorted(schema.get("$defs", {}).items()):
        lines += [f"## {part}", "", *_body(definition)]
    return "\n".join(lines).rstrip() + "\n"


def title(name: str, schema: Schema) -> str:
    """Return what a schema is called."""
    return str(schema.get("title") or page_name(name).removesuffix(".md"))


def type_of(schema: Any) -> str:
    """Return in a few words what a value may be."""
    if not isinstance(schema, Mapping):
        return "anything" if schema else "nothing"
    if "$ref" in schema:
        return _link(str(schema["$ref"]))
    if "const" in schema:
        return _code(schema["const"])
    if "enum" in schema:
        return ", ".join(_code(value) for value in schema["enum"])
    for word in ("oneOf", "anyOf"):
        if word in schema:
            return " or ".join(dict.fromkeys(type_of(choice) for choice in schema[word]))
    return _plain_type(schema)


def cell(text: str) -> str:
    """Return a text as it may stand in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def _plain_type(schema: Schema) -> str:
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array" and "items" in schema:
        return f"list of {type_of(schema['items'])}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {type_of(schema['additionalProperties'])}"
    return str(kind)


def _body(schema: Schema) -> list[str]:
    lines = [str(schema["description"]), ""] if schema.get("description") else []
    if schema.get("properties"):
        lines += ["| key | type | needed | default | meaning |", "|---|---|---|---|---|"]
        lines += [*_rows(schema), "", *_variants(schema)]
    elif "type" in schema or "enum" in schema or "oneOf" in schema or "anyOf" in schema:
        lines += [f"A value: {type_of(schema)}.", ""]
    for example in schema.get("examples", ()):
        text = json.dumps(example, ensure_ascii=False, indent=2)
        lines += ["```json", text, "```", ""]
    return lines


def _rows(schema: Schema, prefix: str = "") -> Iterator[str]:
    needed = schema.get("required", ())
    for key, value in schema["properties"].items():
        known = value if isinstance(value, Mapping) else {}
        name = f"`{prefix}{key}`"
        default = _code(known["default"]) if "default" in known else ""
        meaning = known.get("description") or known.get("title") or ""
        columns = (name, type_of(value), "yes" if key in needed else "", default, meaning)
        yield f"| {' | '.join(cell(column) for column in columns)} |"
        for mark, part in _inner_objects(known):
            yield from _rows(part, f"{prefix}{key}{mark}.")


def _inner_objects(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the objects described in place, and how a path goes on into them."""
    if "properties" in schema:
        yield "", schema
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if isinstance(choice, Mapping) and ("properties" in choice or "items" in choice):
            yield from _inner_objects(choice)
    items = schema.get("items")
    if isinstance(items, Mapping):
        for mark, part in _inner_objects(items):
            yield f"[]{mark}", part


def _variants(schema: Schema) -> list[str]:
    """Return the table of the keys that go only with some values of another key."""
    variants = [found for part in schema.get("allOf", ()) if (found := _variant(part))]
    if len(variants) < 2:
        return []
    everywhere = set.intersection(*(set(keys) for _, _, keys in variants))
    lines = [f"| {cell(variants[0][0])} | takes also |", "|---|---|"]
    for _, value, keys in variants:
        own = ", ".join(f"`{key}`" for key in keys if key not in everywhere)
        lines.append(f"| {_code(value)} | {own} |")
    return [*lines, ""]


def _variant(part: Schema) -> tuple[str, Any, list[str]] | None:
    """Return key, value and the keys allowed then, of a rule `if key is value, then only ...`."""
    condition = part.get("if", {}).get("properties", {})
    allowed = part.get("then", {}).get("propertyNames", {}).get("enum")
    if len(condition) != 1 or allowed is None:
        return None
    ((key, wanted),) = condition.items()
    return (f"`{key}`", wanted["const"], allowed) if "const" in wanted else None


def _link(reference: str) -> str:
    file, _, pointer = reference.partition("#")
    name = pointer.rsplit("/", 1)[-1]
    if file:
        target = page_name(file.rsplit("/", 1)[-1])
        return f"[{name or target.removesuffix('.md')}]({target}{'#' + name if name else ''})"
    return f"[{name}](#{name.lower()})" if name else "the same again"


def _code(value: Any) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _schema_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))


def main() -> int:
    """Write the pages and remove those whose schema is gone."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    written = reference()
    for stale in REFERENCE.glob("*.md"):
        if stale.name not in written and stale.read_text("utf-8").startswith(
            (NOTE, NOTE_SETTINGS, language.NOTE)
        ):
            stale.unlink()
    for name, text in written.items():
        (REFERENCE / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
