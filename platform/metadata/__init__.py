"""What a tenant declares: documents, field types, schemas and the immutable App model."""

from .build import build
from .check import Checked, check
from .documents import (
    Document,
    canonical,
    content_hash,
    document_of,
    read_document,
    read_folder,
    write_folder,
)
from .expressions import ExpressionPlace, expressions
from .model import App, Entity, Field
from .problems import Problem, ProblemsError
from .resolve import to_ids, to_names
from .wording import expression_to_ids, expression_to_names

__all__ = [
    "App",
    "Checked",
    "Document",
    "Entity",
    "ExpressionPlace",
    "Field",
    "Problem",
    "ProblemsError",
    "build",
    "canonical",
    "check",
    "content_hash",
    "document_of",
    "expression_to_ids",
    "expression_to_names",
    "expressions",
    "read_document",
    "read_folder",
    "to_ids",
    "to_names",
    "write_folder",
]
