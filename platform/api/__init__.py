"""The JSON face: routes, thin handlers, problem documents and OpenAPI."""

from pathlib import Path

from ..metadata import messages

messages.add_catalogue(Path(__file__).parent / "locale")

from .app import application, register  # noqa: E402

__all__ = ["application", "register"]
