"""OpenAPI 3.1, made from an App: what one caller may do and read, and no more."""

from .document import openapi_of

__all__ = ["openapi_of"]
