"""The vocabulary of assertion: each verb holds, fails or blocks, and says so in a sentence."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from conformance.dialect import MISSING
from conformance.errors import Blocked, NonConformance
from conformance.expect import Check, Expect, Observation
from conformance.redact import Secrets

from .made import SECRET, answer

CLEAN_4XX = range(400, 500)
EIGHT = "400 or 401 or 402 or 403 or 404 or 405 or 406 or 407"


@pytest.fixture
def expect() -> Expect:
    return Expect(Secrets([SECRET]))


def broken(act: Callable[[], None]) -> tuple[str, tuple[str, ...]]:
    """The sentence and the requirements of the check that ``act`` breaks."""
    with pytest.raises(NonConformance) as caught:
        act()
    return str(caught.value), caught.value.requirements


def blocked(act: Callable[[], None]) -> str:
    with pytest.raises(Blocked) as caught:
        act()
    assert not isinstance(caught.value, AssertionError)
    return str(caught.value)


# --- by what a check can be judged again ---------------------------------------------------------------------------


def test_answers_are_judged_again_by_their_statuses(expect: Expect) -> None:
    expect.accepted(answer(200), "A")
    expect.refused(answer(404), "A", status=(403, 404))
    assert [one.relation for one in expect.checks] == [
        {"kind": "status", "among": [[200, 200]], "observed": 200},
        {"kind": "status", "among": [[403, 404]], "observed": 404},
    ]


def test_a_refusal_may_be_soft(expect: Expect) -> None:
    expect.refused(answer(400), "A", soft=True)
    assert broken(expect.conclude)[1] == ("A",)


def test_who_is_still_there_is_not_asked_how_it_was_lost(expect: Expect) -> None:
    expect.accepted(replace(answer(200), lost=lambda: pytest.fail("nobody is to ask")), "A")
    sentence = blocked(lambda: expect.accepted(replace(answer(403), lost=lambda: "the socket was dropped"), "A"))
    assert sentence.startswith("the send is accepted: the socket was dropped of who sent it, which was answered 403")


def test_what_is_equal_is_judged_again_by_salted_digests(expect: Expect) -> None:
    expect.equal("1-0", "1-0", "A", title="one")
    expect.equal("1-0", "1-0", "A", title="the same salt")
    expect.equal("1-0", "2-0", "A", title="other", soft=True)
    same, again, other = (one.relation for one in expect.checks)
    assert same == again
    assert (same["kind"], same["expected"] == same["observed"]) == ("equal", True)
    assert (other["kind"], other["expected"] == other["observed"]) == ("equal", False)


def test_what_digests_cannot_tell_is_stated(expect: Expect) -> None:
    twins = object(), object()
    expect.equal(float("nan"), float("nan"), "A", title="not even itself", soft=True)
    expect.equal(twins[0], twins[1], "A", title="no JSON", soft=True)
    assert {one.relation["kind"] for one in expect.checks} <= {"stated", "equal"}
    assert expect.checks[0].relation == {"kind": "stated"}


def test_without_more_the_words_decide_or_it_is_stated(expect: Expect) -> None:
    expect.that(held=True, title="the words", expected="yes", observed="yes")
    expect.that(held=True, title="a judgement", expected="some", observed="two")
    expect.that(held=True, title="a number", expected="some", observed="2", by={"kind": "range"})
    assert [one.relation["kind"] for one in expect.checks] == ["words", "stated", "range"]
    assert Check((), "", "", "", held=True).relation == {"kind": "stated"}


# --- that -----------------------------------------------------------------------------------------------------


def test_a_check_that_holds_is_recorded(expect: Expect) -> None:
    given = answer(200)
    expect.that(held := True, "A", "B", title="it is so", expected=1, observed="1", exchange=given.exchange)
    assert expect.checks == (Check(("A", "B"), "it is so", "1", "1", held, 0),)
    expect.conclude()


def test_a_check_that_does_not_hold_names_its_requirements(expect: Expect) -> None:
    def act() -> None:
        expect.that(False, "A", "B", title="it is so", expected="yes", observed="no")

    assert broken(act) == ("A, B: it is so: expected yes, observed no", ("A", "B"))
    assert expect.checks == (Check(("A", "B"), "it is so", "yes", "no", held=False),)


def test_what_is_only_as_good_as_true_is_recorded_as_true(expect: Expect) -> None:
    expect.that([0], "A", title="it is so", expected="", observed="")  # type: ignore[arg-type]
    assert expect.checks[0].held is True


def test_a_soft_check_is_raised_at_the_end(expect: Expect) -> None:
    expect.that(False, "A", "B", title="first", expected=1, observed=2, soft=True)
    expect.that(True, "C", title="second", expected=1, observed=1, soft=True)
    expect.that(False, "B", "D", title="third", expected=3, observed=4, soft=True)
    assert broken(expect.conclude) == (
        "A, B: first: expected 1, observed 2; B, D: third: expected 3, observed 4",
        ("A", "B", "D"),
    )


def test_a_story_without_a_check_concludes(expect: Expect) -> None:
    expect.conclude()
    assert expect.checks == ()


def test_what_is_shown_is_masked_escaped_and_elided(expect: Expect) -> None:
    expect.that(True, "A", title="it is so", expected=MISSING, observed=f"{SECRET}\x1b[2J\n{'x' * 900}")
    check = expect.checks[0]
    assert check.expected == "nothing"
    assert check.observed.startswith("[masked]\\u001b[2J\\nxxx")
    assert check.observed.endswith("xxx (913 characters)")
    assert len(check.observed) < 260


def test_up_to_240_characters_are_shown_whole(expect: Expect) -> None:
    expect.that(True, "A", title="it is so", expected="x" * 240, observed="y" * 241)
    check = expect.checks[0]
    assert check.expected == "x" * 240
    assert check.observed == "y" * 160 + "…" + "y" * 60 + " (241 characters)"


# --- equal ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("observed", "expected"), [(1, 1), ("a", "a"), (None, None), ([1], [1]), (True, True)])
def test_equal(expect: Expect, observed: object, expected: object) -> None:
    expect.equal(observed, expected, "A", title="the same")


@pytest.mark.parametrize(
    ("observed", "expected", "shown"),
    [
        (True, 1, "expected 1, observed True"),
        (1.0, 1, "expected 1, observed 1.0"),
        ("1", 1, "expected 1, observed 1"),
        (MISSING, None, "expected None, observed nothing"),
        (0, False, "expected False, observed 0"),
    ],
)
def test_equal_is_of_one_type(expect: Expect, observed: object, expected: object, shown: str) -> None:
    assert broken(lambda: expect.equal(observed, expected, "A", title="the same"))[0] == f"A: the same: {shown}"


def test_equal_may_be_soft(expect: Expect) -> None:
    expect.equal(1, 2, "A", title="the same", soft=True)
    assert broken(expect.conclude)[1] == ("A",)


# --- note -----------------------------------------------------------------------------------------------------


def test_a_note_is_no_check(expect: Expect) -> None:
    expect.note("A", "worth knowing", {"ttl": 5})
    assert expect.observations == (Observation("A", "worth knowing", "{'ttl': 5}"),)
    assert expect.checks == ()
    expect.conclude()


# --- accepted -------------------------------------------------------------------------------------------------


def test_accepted(expect: Expect) -> None:
    expect.accepted(answer(200, b'{"id": "1-0"}'), "A")
    assert expect.checks == (Check(("A",), "the send is accepted", "200", '200 {"id": "1-0"}', held=True, exchange=0),)


@pytest.mark.parametrize("status", [201, 204, 302, 400, 403, 422, 500, 501])
def test_not_accepted(expect: Expect, status: int) -> None:
    sentence, ids = broken(lambda: expect.accepted(answer(status, b"{}"), "A", title="fine"))
    assert (sentence, ids) == (f"A: fine: expected 200, observed {status} {{}}", ("A",))


def test_a_rate_limit_that_nobody_asked_for_blocks(expect: Expect) -> None:
    sentence = "the send is accepted: met a rate limit (429) that nobody asked for"
    assert blocked(lambda: expect.accepted(answer(429), "A")) == sentence
    assert expect.checks == ()


def test_a_rate_limit_that_is_judged_fails(expect: Expect) -> None:
    sentence, _ = broken(lambda: expect.accepted(answer(429), "A", limits_judged=True))
    assert sentence == "A: the send is accepted: expected 200, observed 429"


@pytest.mark.parametrize("limits_judged", [False, True])
@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_in_place_of_acceptance_blocks(expect: Expect, status: int, *, limits_judged: bool) -> None:
    sentence = f"the send is accepted: a gateway answered {status}, not the target"
    assert blocked(lambda: expect.accepted(answer(status), "A", limits_judged=limits_judged)) == sentence


# --- refused --------------------------------------------------------------------------------------------------


def test_refused(expect: Expect) -> None:
    expect.refused(answer(403), "A")
    expect.refused(answer(404), "A", status=(403, 404))
    expect.refused(answer(429), "A", status=(429,))
    assert [check.held for check in expect.checks] == [True, True, True]
    assert [check.exchange for check in expect.checks] == [0, 0, 0]


@pytest.mark.parametrize(
    ("status", "allowed", "sentence"),
    [
        (200, (403,), "A: the send is refused: expected 403, observed 200 {}"),
        (404, (403,), "A: the send is refused: expected 403, observed 404 {}"),
        (500, (403,), "A: the send is refused: expected 403, observed 500 {}"),
        (302, (404, 403), "A: the send is refused: expected 403 or 404, observed 302 {}"),
        (200, range(400, 408), f"A: the send is refused: expected {EIGHT}, observed 200 {{}}"),
        (200, range(400, 409), "A: the send is refused: expected a clean 4xx, observed 200 {}"),
        (200, CLEAN_4XX, "A: the send is refused: expected a clean 4xx, observed 200 {}"),
    ],
)
def test_not_refused(expect: Expect, status: int, allowed: tuple[int, ...], sentence: str) -> None:
    assert broken(lambda: expect.refused(answer(status, b"{}"), "A", status=allowed))[0] == sentence


def test_of_a_body_up_to_160_characters_are_told(expect: Expect) -> None:
    whole, _ = broken(lambda: expect.refused(answer(200, b"x" * 160), "A"))
    assert whole == f"A: the send is refused: expected 403, observed 200 {'x' * 160}"
    cut, _ = broken(lambda: expect.refused(answer(200, b"x" * 161), "A"))
    assert cut == f"A: the send is refused: expected 403, observed 200 {'x' * 106}…{'x' * 40} (161 characters)"


def test_a_rate_limit_in_place_of_the_refusal_blocks(expect: Expect) -> None:
    sentence = "the send is refused: met a rate limit (429) that nobody asked for"
    assert blocked(lambda: expect.refused(answer(429), "A")) == sentence
    assert blocked(lambda: expect.refused(answer(429), "A", never_5xx=True)) == sentence


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_in_place_of_the_refusal_blocks(expect: Expect, status: int) -> None:
    sentence = f"the send is refused: a gateway answered {status}, not the target"
    assert blocked(lambda: expect.refused(answer(status), "A")) == sentence


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_where_no_5xx_may_ever_come_a_gateways_fails_too(expect: Expect, status: int) -> None:
    sentence, _ = broken(lambda: expect.refused(answer(status), "A", never_5xx=True))
    assert sentence == f"A: the send is refused: expected 403, observed {status}"


# --- preconditions --------------------------------------------------------------------------------------------


def test_reached(expect: Expect) -> None:
    expect.reached(True, "there")
    assert blocked(lambda: expect.reached(False, "the epoch did not rise")) == "the epoch did not rise"
    assert expect.checks == ()


@pytest.mark.parametrize("status", [200, 201, 204])
def test_answered(expect: Expect, status: int) -> None:
    expect.answered(answer(status), "the owner's mute")
    assert expect.checks == ()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (403, 'the owner\'s mute: expected to work, but was answered 403 {"error": "no [masked]"}'),
        (302, 'the owner\'s mute: expected to work, but was answered 302 {"error": "no [masked]"}'),
        (500, 'the owner\'s mute: expected to work, but was answered 500 {"error": "no [masked]"}'),
        (429, "the owner's mute: met a rate limit (429) that nobody asked for"),
        (503, "the owner's mute: a gateway answered 503, not the target"),
    ],
)
def test_a_step_that_did_not_work_blocks(expect: Expect, status: int, sentence: str) -> None:
    given = answer(status, b'{"error": "no s3cr3t-value"}')
    assert blocked(lambda: expect.answered(given, "the owner's mute")) == sentence


# --- threads --------------------------------------------------------------------------------------------------


def test_many_threads_share_the_checks(expect: Expect) -> None:
    def check() -> None:
        for number in range(200):
            expect.that(number % 2 == 0, "A", title="even", expected=0, observed=number % 2, soft=True)
            expect.note("A", "seen", number)

    threads = [threading.Thread(target=check) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(expect.checks) == len(expect.observations) == 800
    assert sum(not check.held for check in expect.checks) == 400
