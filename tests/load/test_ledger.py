"""The ledger of one chat: what it finds wrong, what it lets pass, and what it forgets."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from conformance.load.ledger import Attempt, Ledger
from conformance.load.tally import Tally

LATE_S = 10.0
EVERYBODY = (0, 1, 2)


@dataclass
class Table:
    """A ledger of three members, a clock that is moved by hand, and what was counted."""

    now: float = 0.0
    tally: Tally = field(default_factory=Tally)
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger("chat 0", self.tally, late_s=LATE_S, clock=lambda: self.now)
        for member in EVERYBODY:
            self.ledger.let_in(member)

    def sent(self, ct: str = "ct", message_id: str = "5-0", *, sender: int = 0, epoch: int = 1) -> Attempt:
        attempt = self.ledger.send(ct, sender, epoch, 0.0)
        self.ledger.accept(attempt, message_id)
        return attempt

    def heard(self, ct: str | None = "ct", message_id: str = "5-0", by: tuple[int, ...] = EVERYBODY) -> None:
        for member in by:
            self.ledger.hear(member, message_id, ct)

    def later(self) -> None:
        """The deadline passes, and all lines stand."""
        self.now += LATE_S + 1
        for member in EVERYBODY:
            self.ledger.beat(member)
        self.ledger.settle()

    def faults(self) -> dict[str, int]:
        innocent = {"settled", "refused and silent", "overtaken"}
        return {name: number for name, number in self.tally.as_json()["counts"].items() if name not in innocent}


@pytest.fixture
def table() -> Table:
    return Table()


def test_what_everybody_heard_once_is_settled_and_forgotten(table: Table) -> None:
    table.sent()
    table.heard()
    assert table.ledger.open == 0
    table.later()
    assert (table.faults(), table.tally["settled"], len(table.ledger)) == ({}, 1, 0)


def test_an_event_may_come_before_its_answer(table: Table) -> None:
    attempt = table.ledger.send("ct", 0, 1, 0.0)
    table.heard()
    table.ledger.accept(attempt, "5-0")
    table.later()
    assert table.faults() == {}


def test_a_message_is_not_lost_while_it_may_be_late(table: Table) -> None:
    table.sent()
    table.heard(by=(0, 1))
    table.now += LATE_S - 1
    table.ledger.settle()
    assert (table.faults(), table.ledger.open) == ({}, 1)
    table.heard(by=(2,))
    table.later()
    assert table.faults() == {}


def test_a_lost_event_is_found_for_each_member_who_misses_it(table: Table) -> None:
    table.sent()
    table.heard(by=(1,))
    table.later()
    assert table.faults() == {"lost": 2}
    assert table.tally.samples("lost") == ("5-0 in chat 0 at member 0", "5-0 in chat 0 at member 2")


def test_what_did_not_come_over_a_line_that_may_be_dead_is_not_lost(table: Table) -> None:
    table.sent()
    table.heard(by=(0, 1))
    for _ in range(3):
        table.now += LATE_S
        table.ledger.settle()
        assert (table.faults(), len(table.ledger)) == ({}, 1)
    table.now += LATE_S + 1
    table.ledger.settle()
    assert (table.faults(), len(table.ledger)) == ({"silent line": 1}, 0)


def lose_socket(table: Table) -> None:
    table.sent()
    table.heard(by=(0, 1))
    table.ledger.excuse(2)


def come_later(table: Table) -> None:
    table.ledger.ask_in(3)
    table.sent()
    table.ledger.let_in(3)
    table.heard()


def come_later_and_hear(table: Table) -> None:
    table.ledger.ask_in(3)
    table.sent()
    table.ledger.let_in(3)
    table.heard(by=(*EVERYBODY, 3))


def no_answer_and_heard(table: Table) -> None:
    table.ledger.lose(table.ledger.send("ct", 0, 1, 0.0))
    table.heard(by=(0,))


def no_answer_and_silence(table: Table) -> None:
    table.ledger.lose(table.ledger.send("ct", 0, 1, 0.0))


def refused_in_silence(table: Table) -> None:
    table.ledger.refuse(table.ledger.send("ct", 0, 1, 0.0))


def refused_since_the_epoch_moved_on(table: Table) -> None:
    table.ledger.refuse(table.ledger.send("ct", 0, 1, 0.0), "403")
    table.ledger.epoch = 2


def an_id_of_another_sender_that_is_lower(table: Table) -> None:
    for sender, message_id in ((0, "9-0"), (1, "8-5")):
        table.sent(f"ct{sender}", message_id, sender=sender)
        table.heard(f"ct{sender}", message_id)


@pytest.mark.parametrize(
    "story",
    [
        lose_socket,
        come_later,
        come_later_and_hear,
        no_answer_and_heard,
        no_answer_and_silence,
        refused_in_silence,
        refused_since_the_epoch_moved_on,
        an_id_of_another_sender_that_is_lower,
    ],
)
def test_what_is_right_or_left_open_is_no_fault(table: Table, story: Callable[[Table], None]) -> None:
    story(table)
    assert table.ledger.open == 0
    table.later()
    assert (table.faults(), len(table.ledger)) == ({}, 0)


def twice(table: Table) -> None:
    table.sent()
    table.heard()
    table.heard(by=(1,))


def other_id_in_the_event(table: Table) -> None:
    table.sent()
    table.heard(message_id="6-0")


def other_id_before_the_answer(table: Table) -> None:
    attempt = table.ledger.send("ct", 0, 1, 0.0)
    table.heard(message_id="6-0")
    table.ledger.accept(attempt, "5-0")


def two_ids_in_the_events(table: Table) -> None:
    table.sent()
    table.heard(by=(0, 1))
    table.heard(message_id="6-0", by=(2,))


def changed(table: Table) -> None:
    table.sent()
    table.heard("tc", by=(0, 1, 2))


def changed_before_the_answer(table: Table) -> None:
    attempt = table.ledger.send("ct", 0, 1, 0.0)
    table.heard("tc")
    table.ledger.accept(attempt, "5-0")


def without_ciphertext(table: Table) -> None:
    table.sent()
    table.heard(None)


def never_sent(table: Table) -> None:
    table.heard("tc", "7-0", by=(1,))


def refused_yet_heard(table: Table) -> None:
    attempt = table.ledger.send("ct", 0, 1, 0.0)
    table.heard(by=(1,))
    table.ledger.refuse(attempt)


def refused_without_reason(table: Table) -> None:
    table.ledger.epoch = 1
    table.ledger.refuse(table.ledger.send("ct", 0, 1, 0.0), "403 no")


def refused_for_another_reason(table: Table) -> None:
    table.ledger.epoch = 1
    table.ledger.refuse(table.ledger.send("ct", 0, 1, 0.0), "403 no", "not refused, version")


def the_same_id_twice(table: Table) -> None:
    for ct in ("a", "b"):
        table.sent(ct, sender=len(ct))
        table.heard(ct)


def ids_that_fall(table: Table) -> None:
    for ct, message_id in (("a", "10-0"), ("b", "9-9")):
        table.sent(ct, message_id)
        table.heard(ct, message_id)


def an_id_that_is_none(table: Table) -> None:
    table.sent(message_id="0x5-0")
    table.heard(message_id="0x5-0")


def heard_by_an_outsider(table: Table) -> None:
    table.sent()
    table.heard(by=(*EVERYBODY, 7))


@pytest.mark.parametrize(
    ("story", "faults"),
    [
        (twice, {"heard twice": 1}),
        (other_id_in_the_event, {"other id": 1}),
        (other_id_before_the_answer, {"other id": 1}),
        (two_ids_in_the_events, {"other id": 1}),
        (changed, {"changed": 3}),
        (changed_before_the_answer, {"changed": 3}),
        (without_ciphertext, {"changed": 3}),
        (never_sent, {"stray": 1}),
        (refused_yet_heard, {"refused yet heard": 1}),
        (refused_without_reason, {"not accepted": 1}),
        (refused_for_another_reason, {"not refused, version": 1}),
        (the_same_id_twice, {"repeated id": 1}),
        (ids_that_fall, {"disordered id": 1}),
        (an_id_that_is_none, {"odd id": 1}),
        (heard_by_an_outsider, {"overheard": 1}),
    ],
)
def test_each_fault_is_found_and_no_other(table: Table, story: Callable[[Table], None], faults: dict[str, int]) -> None:
    story(table)
    table.later()
    assert table.faults() == faults
    assert all(table.tally.samples(name) for name in faults)


def test_what_waits_for_its_answer_is_neither_judged_nor_forgotten(table: Table) -> None:
    attempt = table.ledger.send("ct", 0, 1, 0.0)
    table.later()
    assert (table.ledger.in_flight, len(table.ledger)) == (True, 1)
    table.ledger.accept(attempt, "5-0")
    table.heard()
    table.later()
    assert (table.faults(), table.ledger.in_flight, len(table.ledger)) == ({}, False, 0)


def test_at_the_end_all_is_judged_at_once(table: Table) -> None:
    table.sent()
    # At the same tick of the clock it may have come before the answer.
    table.ledger.beat(0)
    table.now += 0.25
    table.ledger.beat(1)
    table.ledger.settle(finally_=True)
    assert (table.faults(), table.ledger.open) == ({"lost": 1, "silent line": 2}, 0)


def test_it_says_when_nothing_is_open_any_more(table: Table) -> None:
    told = []
    table.ledger.settled = lambda: told.append(table.ledger.open)
    table.sent("a", "1-0")
    table.sent("b", "2-0")
    table.heard("a", "1-0")
    assert told == []
    table.heard("b", "2-0")
    assert told == [0]


def test_its_size_does_not_grow_with_the_run(table: Table) -> None:
    sizes = []
    for number in range(2000):
        table.sent(f"ct{number}", f"{number + 1}-0")
        table.heard(f"ct{number}", f"{number + 1}-0")
        table.heard(f"stray{number}", f"{number}-7", by=(1,))
        table.now += 0.1
        table.ledger.settle()
        sizes.append(len(table.ledger))
    assert max(sizes) <= LATE_S / 0.1 + 2


def test_a_target_that_invents_messages_without_end_is_not_kept_in_memory(table: Table) -> None:
    table.heard("invented", "1-1", by=tuple(range(3)) * 1000)
    assert table.tally["stray"] == 2000
    table.later()
    assert table.tally["stray"] == 3000
