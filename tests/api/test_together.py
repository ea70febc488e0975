"""Many people who write one record at the same moment: no write is lost, none is done twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fieldstone.api import application
from fieldstone.engine.installation import Installation
from tests.api.conftest import Person

PEOPLE = 100
PATIENCE = 300


def test_a_hundred_people_who_each_add_one_add_a_hundred(
    installation: Installation, admin: Person
) -> None:
    record = admin.make("customer", name="Counted", staff=0)
    app, start = application(installation), threading.Barrier(PEOPLE)

    def add_one(_: int) -> list[int]:
        """Write one more than was seen until it is taken; the answers' statuses."""
        one = Person(app.test_client(), admin.slug, admin.token, admin.member_id)
        seen, told = record, list[int]()
        start.wait(PATIENCE)
        while True:
            answer = one.write(
                "PATCH",
                f"/records/customer/{record['id']}",
                seen["version"],
                {"staff": seen["staff"] + 1},
            )
            told.append(answer.status_code)
            if answer.status_code == 200:
                return told
            if answer.status_code == 412:
                seen = answer.get_json()["current"]
            else:
                assert answer.status_code == 503 and "Retry-After" in answer.headers, answer.text

    with ThreadPoolExecutor(PEOPLE) as pool:
        told = list(pool.map(add_one, range(PEOPLE), timeout=PATIENCE))

    found: dict[str, Any] = admin.get(f"/records/customer/{record['id']}").get_json()
    assert (found["staff"], found["version"]) == (PEOPLE, PEOPLE + 1)
    assert sum(412 in one for one in told) == PEOPLE - 1, "all began from the first version"
    changes = admin.get(f"/records/customer/{record['id']}/history", limit=200).get_json()["data"]
    written = [
        one["after"]
        for change in changes
        for one in change["changes"]
        if one["field"] == "staff" and one["before"] is not None
    ]
    assert written == list(range(PEOPLE, 0, -1))
