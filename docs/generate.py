"""Write docs/reference/: a page for each JSON Schema, so that the pages never lag behind."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "platform" / "metadata" / "schemas"
REFERENCE = ROOT / "docs" / "reference"
NOTE = "<!-- Written by `make docs` from platform/metadata/schemas; change the schema instead. -->"

Schema = Mapping[str, Any]


def pages(folder: Path = SCHEMAS) -> dict[str, str]:
    """Return every page that the schemas of a folder make: file name and text."""
    schemas = {path.name: json.loads(path.read_text("utf-8")) for path in _schema_files(folder)}
    written = {page_name(name): page(name, schema) for name, schema in schemas.items()}
    return {"README.md": index(schemas), **written}


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
        lines += [*_rows(schema), ""]
    elif "type" in schema or "enum" in schema or "oneOf" in schema or "anyOf" in schema:
        lines += [f"A value: {type_of(schema)}.", ""]
    for example in schema.get("examples", ()):
        text = json.dumps(example, ensure_ascii=False, indent=2)
        lines += ["```json", text, "```", ""]
    return lines


def _rows(schema: Schema) -> Iterator[str]:
    needed = schema.get("required", ())
    for key, value in schema["properties"].items():
        known = value if isinstance(value, Mapping) else {}
        default = _code(known["default"]) if "default" in known else ""
        meaning = known.get("description") or known.get("title") or ""
        columns = (f"`{key}`", type_of(value), "yes" if key in needed else "", default, meaning)
        yield f"| {' | '.join(cell(column) for column in columns)} |"


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
    written = pages()
    for stale in REFERENCE.glob("*.md"):
        if stale.name not in written and stale.read_text("utf-8").startswith(NOTE):
            stale.unlink()
    for name, text in written.items():
        (REFERENCE / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
