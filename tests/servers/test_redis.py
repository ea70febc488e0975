"""The tests' Redis answers."""

from urllib.parse import urlsplit

from tests.servers.redis import ping


def test_answers(redis_url: str) -> None:
    port = urlsplit(redis_url).port
    assert port is not None
    assert ping(port).startswith(b"+PONG")
