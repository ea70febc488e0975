"""The tests' browser shows a page that a server here serves, and its Chinese text."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page

from tests.servers import chromium

pytestmark = pytest.mark.browser
BODY = "<!doctype html><meta charset=utf-8><title>客户</title><button>保存</button>".encode()


class Handler(BaseHTTPRequestHandler):
    """Answers every request with the one page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests' output is for the tests."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_shows_a_page(page: Page, address: str) -> None:
    page.goto(address)
    assert page.title() == "客户"
    assert page.get_by_role("button", name="保存").is_visible()


def test_reads_as_a_person_in_china(page: Page) -> None:
    assert page.evaluate("navigator.language") == "zh-CN"
    assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Asia/Shanghai"


def test_chinese_text_has_a_font() -> None:
    assert chromium.has_chinese_font()
