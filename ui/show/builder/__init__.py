"""The condition builder: rows of field, operator and value in groups, whatever they are for."""

from .model import BuilderModel, model_of
from .operators import WrongValue
from .places import Place, example_of, places_of
from .typed import (
    Typed,
    TypedGroup,
    TypedRow,
    TypedText,
    changed,
    expression_of,
    from_form,
    rows_of,
    typed_of,
)

__all__ = [
    "BuilderModel",
    "Place",
    "Typed",
    "TypedGroup",
    "TypedRow",
    "TypedText",
    "WrongValue",
    "changed",
    "example_of",
    "expression_of",
    "from_form",
    "model_of",
    "places_of",
    "rows_of",
    "typed_of",
]
