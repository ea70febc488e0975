"""Packages: a template as a folder or a zip, read without trust, packed, and kept in control.

A package holds `app.json`, a folder for each kind of document, and if wanted `sample/` (see
`samples`) and `README.md`. Nobody vouches for one: `read` unpacks nothing to disk, takes no path
that a package cannot have, and checks everything. What passes is written anew, never as it came.
"""

from .keeping import Kept, Packages, other_content
from .package import Package
from .reading import read, read_shipped
from .versions import newest, order

__all__ = [
    "Kept",
    "Package",
    "Packages",
    "newest",
    "order",
    "other_content",
    "read",
    "read_shipped",
]
