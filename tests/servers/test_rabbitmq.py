"""The tests' RabbitMQ answers, and is not the machine's own."""

import kombu
import pytest

from tests.servers import rabbitmq


def test_answers(rabbitmq_url: str) -> None:
    with kombu.Connection(rabbitmq_url, connect_timeout=10) as connection:
        connection.ensure_connection(max_retries=3)
        assert connection.connected


def test_the_one_that_is_given_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(rabbitmq.VARIABLE, "amqp://given.example.com//")
    with rabbitmq.rabbitmq_server() as url:
        assert url == "amqp://given.example.com//"
