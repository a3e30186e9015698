"""The ledger: who ought to have heard what, and what nobody ought to have heard."""

import threading

from conformance.ledger import Accepted, Ledger, Trace

FIRST = Accepted("1-0", "AAAA", "ada", frozenset({"ada", "bob"}))
SECOND = Accepted("2-0", "BBBB", "bob", frozenset({"ada", "bob", "eve"}))
THIRD = Accepted("3-0", "CCCC", "ada", frozenset({"ada"}), unsure=frozenset({"bob"}))


def ledger_of(*accepted: Accepted) -> Ledger:
    ledger = Ledger()
    for one in accepted:
        assert ledger.accept(one)
    return ledger


def heard(*ids: str) -> list[Trace]:
    return [Trace(one, "AAAA") for one in ids]


def test_accepted_messages_are_kept_in_order() -> None:
    assert ledger_of(SECOND, FIRST).accepted == (SECOND, FIRST)


def test_an_id_that_is_taken_is_told() -> None:
    ledger = ledger_of(FIRST)
    assert ledger.accept(SECOND)
    assert not ledger.accept(FIRST)


def test_what_the_audience_did_not_hear_is_missing() -> None:
    ledger = ledger_of(FIRST, SECOND, THIRD)
    assert ledger.missing("ada", heard("1-0", "2-0", "3-0")) == []
    assert ledger.missing("ada", heard("2-0")) == [FIRST, THIRD]
    assert ledger.missing("eve", []) == [SECOND]


def test_whoever_was_not_there_misses_nothing() -> None:
    assert ledger_of(FIRST, SECOND).missing("mallory", []) == []


def test_whoever_may_or_may_not_hear_it_neither_misses_nor_overhears_it() -> None:
    ledger = ledger_of(THIRD)
    assert ledger.missing("bob", []) == []
    assert ledger.overheard("bob", heard("3-0")) == []


def test_what_was_heard_outside_of_the_audience_is_overheard() -> None:
    ledger = ledger_of(FIRST, SECOND, THIRD)
    assert ledger.overheard("eve", heard("1-0", "2-0", "3-0")) == [FIRST, THIRD]
    assert ledger.overheard("ada", heard("1-0", "2-0", "3-0")) == []


def test_what_nobody_was_answered_for_is_a_stray() -> None:
    ledger = ledger_of(FIRST)
    ledger.refuse("DDDD")
    ledger.refuse(None)
    traces = [Trace("1-0", "AAAA"), Trace("9-0", "EEEE"), Trace("9-1", "DDDD"), Trace("9-2", None)]
    assert ledger.strays(traces) == ["message 9-0", "message 9-1 with the refused ciphertext", "message 9-2"]


def test_an_accepted_message_is_no_stray_even_if_its_ciphertext_was_refused_before() -> None:
    ledger = Ledger()
    ledger.refuse("AAAA")
    ledger.accept(FIRST)
    assert ledger.strays(heard("1-0")) == []


def test_ids_that_are_those_of_other_messages_do_not_make_messages_lost() -> None:
    ledger = ledger_of(FIRST, SECOND)
    # Each event has the next id: the first one's is the second's.
    traces = [Trace("2-0", "AAAA"), Trace("3-0", "BBBB")]
    assert ledger.missing("ada", traces) == []
    assert ledger.strays(traces) == []
    assert ledger.repeated(traces) == []


def test_ciphertexts_that_are_those_of_other_messages_do_not_make_messages_lost() -> None:
    ledger = ledger_of(FIRST, SECOND)
    traces = [Trace("1-0", "ZZZZ"), Trace("2-0", "AAAA")]
    assert ledger.missing("ada", traces) == []
    assert ledger.strays(traces) == []
    assert ledger.repeated(traces) == []


def test_a_message_that_came_twice_in_the_place_of_another_is_repeated_and_the_other_is_missing() -> None:
    ledger = ledger_of(FIRST, SECOND)
    traces = [Trace("1-0", "AAAA"), Trace("1-0", "AAAA")]
    assert ledger.missing("ada", traces) == [SECOND]
    assert ledger.repeated(traces) == ["1-0"]


def test_an_accepted_message_that_comes_with_another_id_is_known_by_its_ciphertext_once() -> None:
    ledger = ledger_of(FIRST, SECOND)
    traces = [Trace("7-0", "AAAA"), Trace("2-0", "BBBB")]
    assert ledger.strays(traces) == []
    assert ledger.missing("ada", traces) == []
    assert ledger.overheard("mallory", traces) == [FIRST, SECOND]
    # A second copy under yet another id is nobody's, and so is one of a message that came as it should.
    assert ledger.strays([*traces, Trace("8-0", "AAAA"), Trace("8-1", "BBBB")]) == ["message 8-0", "message 8-1"]


def test_a_refused_ciphertext_is_found_where_it_is_quoted() -> None:
    refused, accepted, short = "R" * 40, "A" * 40, "S" * 23
    ledger = ledger_of(Accepted("1-0", accepted, "ada", frozenset({"ada"})))
    for ct in (refused, accepted, short):
        ledger.refuse(ct)
    text = f"refused: {refused[:30]}, {accepted}, {short}"
    assert ledger.quoted(text) == [f"an entry that quotes the refused ciphertext {'R' * 24}…"]
    assert ledger.quoted(refused[:23]) == []


def test_a_ciphertext_is_looked_up_by_the_id_of_its_message() -> None:
    assert ledger_of(FIRST).ciphertext_of("1-0") == "AAAA"
    assert ledger_of(FIRST).ciphertext_of("2-0") is None


def test_what_came_twice_is_repeated() -> None:
    ledger = ledger_of(FIRST, SECOND, THIRD)
    assert ledger.repeated(heard("1-0", "2-0", "1-0", "3-0", "1-0")) == ["1-0"]
    assert ledger.repeated([]) == []
    # Of what is nobody's it is enough to say that.
    assert ledger.repeated([Trace("9-0", "EEEE"), Trace("9-0", "EEEE")]) == []


def test_messages_whose_events_have_all_the_same_id_are_told_apart_by_their_ciphertexts() -> None:
    ledger = ledger_of(FIRST, SECOND, THIRD)
    traces = [Trace("0", "AAAA"), Trace("0", "BBBB"), Trace("0", "CCCC")]
    assert (ledger.strays(traces), ledger.missing("ada", traces), ledger.repeated(traces)) == ([], [], [])


def test_a_ciphertext_that_was_accepted_twice_is_known_again_twice() -> None:
    again = Accepted("4-0", "AAAA", "ada", frozenset({"ada"}))
    ledger = ledger_of(FIRST, again)
    assert ledger.strays([Trace("7-0", "AAAA"), Trace("7-1", "AAAA")]) == []
    assert ledger.strays([Trace("7-0", "AAAA"), Trace("4-0", "AAAA"), Trace("7-1", "AAAA")]) == ["message 7-1"]


def test_many_threads_share_a_ledger() -> None:
    ledger = Ledger()
    fresh: list[bool] = []

    def send(sender: int) -> None:
        for number in range(200):
            # Every id is answered to two senders: one of them is told that it is taken.
            fresh.append(ledger.accept(Accepted(f"{number}-{sender // 2}", None, "ada", frozenset())))
            ledger.refuse(f"refused-{sender}-{number}")

    threads = [threading.Thread(target=send, args=(sender,)) for sender in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ledger.accepted) == 400
    assert (fresh.count(True), fresh.count(False)) == (400, 400)
