"""Kept answers: how long, how large, for whom, and what is said where one cannot be given."""

from __future__ import annotations

import random
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from fieldstone.engine import kept_answers
from fieldstone.engine.access import Caller
from fieldstone.engine.errors import Conflict, Invalid, TooLarge
from fieldstone.engine.kept_answers import BATCH, LARGEST, LASTS, Kept
from tests.engine.crm_like import Company
from tests.refusals import Call, ids_of, require_refused

ANSWER = Kept(201, {"ETag": '"1"'}, "远山".encode())


def caller(company: Company, name: str = "wang") -> Caller:
    with company.workspace.reading() as tx:
        return company.caller(name, tx)


def keep(company: Company, key: str = "k", answer: Kept = ANSWER) -> None:
    """Keep an answer for Wang's request `this`."""
    with company.workspace.writing() as tx:
        assert kept_answers.find(tx, caller(company), key, "this") is None
        kept_answers.keep(tx, caller(company), key, "this", answer)


def find(
    company: Company, key: str = "k", request: str = "this", asker: Caller | None = None
) -> Kept | None:
    with company.workspace.writing() as tx:
        return kept_answers.find(tx, asker or caller(company), key, request)


def find_beside(company: Company) -> None:
    """Look for a key that a request has which is still being done."""
    with company.workspace.writing() as tx, ThreadPoolExecutor(1) as pool:
        assert kept_answers.find(tx, caller(company), "k", "this") is None
        pool.submit(find, company).result()


CASES: tuple[Call[Company], ...] = (
    Call("another request with the key", Invalid, ("key.other_request",),
         lambda it: find(it, request="that")),
    Call("another team by now", Conflict, ("key.other_rights",),
         lambda it: find(it, asker=replace(caller(it), team="north"))),
    Call("other roles by now", Conflict, ("key.other_rights",),
         lambda it: find(it, asker=replace(caller(it), roles=caller(it, "boss").roles))),
)  # fmt: skip
RUNNING: Call[Company] = Call("a key in use", Conflict, ("key.running",), find_beside)
LONG: Call[Company] = Call(
    "a long answer", TooLarge, ("key.answer_too_large",),
    lambda it: keep(it, answer=Kept(200, {}, of_size(LARGEST + 1))),
)  # fmt: skip
IDS = ids_of((*CASES, RUNNING, LONG))


def of_size(compressed: int) -> bytes:
    """A body of that size once it is compressed."""
    noise = random.Random(7).randbytes(compressed)
    body = noise[: 2 * compressed - len(zlib.compress(noise))]
    while len(zlib.compress(body)) > compressed:
        body = body[:-1]
    while len(zlib.compress(body)) < compressed:
        body += b"x"
    assert len(zlib.compress(body)) == compressed
    return body


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_refused(sales: Company, case: Call[Company]) -> None:
    keep(sales)
    require_refused(case, sales)
    assert find(sales) == ANSWER


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_key_that_is_in_use_is_told_at_once(sales: Company) -> None:
    require_refused(RUNNING, sales)
    assert find(sales) is None, "whoever used it wrote nothing"


@pytest.mark.parametrize("body", [None, b"", b"[]"])
def test_an_answer_is_kept_as_it_is(sales: Company, body: bytes | None) -> None:
    answer = Kept(204, {"Location": "/é"}, body)
    keep(sales, answer=answer)
    assert find(sales) == answer
    assert find(sales, asker=caller(sales, "zhao")) is None
    assert find(sales, key="K") is None


def test_an_answer_may_be_as_long_as_is_said_and_no_longer(sales: Company) -> None:
    require_refused(LONG, sales)
    assert find(sales) is None
    keep(sales, answer=Kept(200, {}, of_size(LARGEST)))
    found = find(sales)
    assert found is not None and found.body == of_size(LARGEST)


def test_it_is_forgotten_after_a_day_and_not_before(sales: Company) -> None:
    keep(sales, "early")
    sales.later(seconds=1)
    keep(sales, "late")
    sales.clock.instant += LASTS - timedelta(seconds=1)
    assert kept_answers.forget(sales.workspace, sales.clock.now()) == 0
    assert find(sales, "early") == ANSWER
    sales.later(seconds=1)
    assert kept_answers.forget(sales.workspace, sales.clock.now()) == 1
    assert find(sales, "early") is None and find(sales, "late") == ANSWER


def test_many_are_forgotten_in_batches(sales: Company) -> None:
    wang = caller(sales)
    with sales.workspace.writing() as tx:
        for number in range(2 * BATCH + 1):
            kept_answers.keep(tx, wang, str(number), "this", Kept(204, {}, None))
    sales.later(days=2)
    assert kept_answers.forget(sales.workspace, sales.clock.now()) == 2 * BATCH + 1
    assert find(sales, "0") is None
