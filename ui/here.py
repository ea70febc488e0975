"""Here: the address of the page that somebody looks at, also where it answers a refused form."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect


def here() -> str:
    """The path and query to come back to.

    What answers a form stands under the path that the form was sent to, which may have no page:
    then it is the page that the form stood on, or the nearest one above.
    """
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    with suppress(ValueError):
        from_page = urlsplit(request.referrer or "")
        if from_page.netloc == request.host and _is_page(from_page.path):
            return from_page._replace(scheme="", netloc="", fragment="").geturl()
    path = request.path
    while path and not _is_page(path):
        path = path.rpartition("/")[0]
    return path or "/"


def _is_page(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    # No entity is called `-`: below it lie the pages of the product.
    if adapter is None or path.endswith("/-"):
        return False
    try:
        adapter.match(path, method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True
