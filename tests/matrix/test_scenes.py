"""What a scenario's record tells of its price: the requests of the contract, and those up to its first red check."""

from collections.abc import Sequence
from typing import Any

from conformance.matrix.jobs import scene_of


def exchange(index: int, path: str = "/v1/portal/chats/1/messages", method: str = "POST") -> dict[str, Any]:
    return {"kind": "http", "index": index, "path": path, "method": method}


def event(index: int) -> dict[str, Any]:
    return {"kind": "event", "index": index}


def check(exchange: int | None, *, held: bool) -> dict[str, Any]:
    return {"requirements": ["SEND-MUTED"], "exchange": exchange, "held": held}


# Lent, registered, heard, sent three times.
WIRE = [
    exchange(0, "/_conformance/v1/users"),
    exchange(1, "/v1/portal/keys"),
    event(2),
    exchange(3),
    exchange(4),
    event(5),
    exchange(6),
]


def scene(*checks: dict[str, Any], wire: Sequence[dict[str, Any]] = WIRE) -> tuple[int, int | None, int]:
    record = {
        "name": "test_mutes::test_one",
        "outcome": "failed",
        "message": "",
        "requirements": ["SEND-MUTED"],
        "finished": False,
        "requests": 5,
        "checks": list(checks),
        "wire": wire,
    }
    made = scene_of(record)
    return made.asked, made.until_red, made.registering


def test_what_the_control_api_lends_is_not_asked_of_the_contract() -> None:
    assert scene(check(3, held=True)) == (4, None, 1)


def test_a_red_check_that_the_story_goes_on_after_counts_up_to_its_exchange() -> None:
    assert scene(check(3, held=True), check(4, held=False), check(6, held=False)) == (4, 3, 1)


def test_a_red_check_about_an_earlier_exchange_was_found_out_after_all_that_was_checked_before() -> None:
    assert scene(check(4, held=True), check(1, held=False), check(6, held=True)) == (4, 3, 1)


def test_the_check_that_ended_a_story_counts_all_of_it() -> None:
    assert scene(check(1, held=False)) == (4, 4, 1)
    assert scene(check(None, held=False), check(6, held=True)) == (4, 4, 1)


def test_keys_count_as_registered_up_to_what_was_red() -> None:
    keys = [exchange(7, "/v1/portal/keys"), exchange(8, "/v1/portal/keys", "GET"), exchange(9)]
    assert scene(check(9, held=True), wire=[*WIRE, *keys]) == (7, None, 2)
    assert scene(check(4, held=False), check(9, held=True), wire=[*WIRE, *keys]) == (7, 3, 1)
