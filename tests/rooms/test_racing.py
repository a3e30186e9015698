"""Timelines by hand: what comes under a measure, who hears what, and which ids have an order."""

import pytest

from conformance.racing import Sent, Span, audience_of, begun_after, given_twice, out_of_order, over_before, under_way

MEASURE = Span(10.0, 12.0)


def sent(started: float, ended: float, *, status: int = 200, id: str | None = None) -> Sent:  # noqa: A002
    return Sent("one", "ct", Span(started, ended), status, id)


@pytest.mark.parametrize(
    ("started", "ended", "place"),
    [
        (8.0, 9.9, "before"),
        (8.0, 10.0, "under way"),  # the same instant is no order
        (9.0, 10.5, "under way"),
        (9.0, 13.0, "under way"),  # around it
        (10.5, 11.5, "under way"),  # within it
        (11.9, 40.0, "under way"),  # begun a moment before the answer, however long it took
        (12.0, 13.0, "under way"),
        (12.001, 13.0, "after"),
        (90.0, 91.0, "after"),
    ],
)
def test_a_send_is_before_a_measure_under_way_or_after_it(started: float, ended: float, place: str) -> None:
    one = sent(started, ended)
    places = {"before": over_before, "under way": under_way, "after": begun_after}
    assert [name for name, those in places.items() if those([one], MEASURE)] == [place]


def test_every_send_has_one_place() -> None:
    timeline = [sent(at / 4, at / 4 + 1.5) for at in range(80)]
    before, during, after = (those(timeline, MEASURE) for those in (over_before, under_way, begun_after))
    assert (len(before), len(during), len(after)) == (34, 15, 31)
    assert before + during + after == timeline


@pytest.mark.parametrize(
    ("status", "accepted"), [(199, False), (200, True), (202, True), (299, True), (300, False), (403, False)]
)
def test_what_is_answered_2xx_is_accepted(status: int, accepted: bool) -> None:
    assert sent(1, 2, status=status).accepted is accepted


@pytest.mark.parametrize(
    ("span", "hears", "may_hear"),
    [
        ((8.0, 9.0), {"owner", "talker"}, {"one"}),  # it may have been on its way when the socket was dropped
        ((9.0, 13.0), {"owner", "talker"}, {"one"}),
        ((12.5, 13.0), {"owner", "talker"}, set()),
    ],
)
def test_who_is_banned_hears_nothing_that_began_later(
    span: tuple[float, float], hears: set[str], may_hear: set[str]
) -> None:
    audience = audience_of(sent(*span), {"owner", "talker", "one"}, {"one": MEASURE})
    assert audience == (frozenset(hears), frozenset(may_hear))


def test_without_a_ban_everybody_inside_hears() -> None:
    assert audience_of(sent(1, 2), {"owner", "one"}, {}) == ({"owner", "one"}, frozenset())


def test_an_id_that_two_sends_have_is_given_twice() -> None:
    sends = [sent(1, 2, id=one) for one in ("5-0", "5-1", "5-0", "6-0", "6-0", "6-0")]
    assert given_twice([*sends, sent(1, 2, status=403), sent(1, 2, status=403)]) == ["5-0", "6-0"]


def test_ids_in_the_order_of_their_sends_are_in_order() -> None:
    assert out_of_order([sent(1, 2, id="9-9"), sent(3, 4, id="9-10"), sent(5, 6, id="10-0")]) == []


def test_overlapping_sends_have_no_order() -> None:
    assert out_of_order([sent(1, 4, id="9-0"), sent(3, 6, id="8-0"), sent(2, 5, id="7-0")]) == []


def test_a_later_send_with_a_lower_id_is_out_of_order_whoever_sent_it() -> None:
    sends = [sent(5, 6, id="7-5"), sent(1, 2, id="8-0"), sent(1, 2, status=403), sent(7, 8, id="7-5")]
    assert out_of_order(sends) == [("7-5", "7-5"), ("8-0", "7-5"), ("8-0", "7-5")]
