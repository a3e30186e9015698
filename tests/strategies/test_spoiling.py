"""The records of a defect and of a change: what they take, and what they show."""

import pytest

from conformance.strategies.bundles import Bundle
from conformance.strategies.spoiling import (
    CLEAN_4XX,
    Change,
    Defect,
    Spoiler,
    change_body,
    change_envelope,
    change_text,
)

TWIN = Bundle('{"v":2,"epoch":3,"ct":"AAAA"}', b"", 3, "AAAA")


def spoiler(twin: Bundle, _: object) -> Change:
    return change_text(twin, "x")


def other(twin: Bundle, _: object) -> Change:
    return change_text(twin, "y")


def defect(made_by: Spoiler, **more: object) -> Defect:
    return Defect("v-x", "v", "SEND-422-V", "v is x", made_by, **more)  # type: ignore[arg-type]


def test_a_clean_refusal_tells_of_nothing_else() -> None:
    assert sorted(set(range(399, 502)) - CLEAN_4XX) == [399, 401, 404, 429, 500, 501]
    assert min(CLEAN_4XX) == 400
    assert max(CLEAN_4XX) == 499


def test_a_change_shows_where_and_what_and_no_whole_body() -> None:
    change = change_text(TWIN, "x", where="content.v")
    assert repr(change) == (
        'Change(where=\'content.v\', before=\'{"v":2,"epoch":3,"ct":"AAAA"}\', after=\'x\', '
        "content_type='application/json')"
    )
    plain = Change("body", "a", "b", b"c")
    assert (plain.content_type, plain.content) == ("application/json", None)


def test_a_defect_shows_its_words_and_is_the_same_whoever_makes_it() -> None:
    assert repr(defect(spoiler)) == (
        "Defect(name='v-x', family='v', requirement='SEND-422-V', title='v is x', graded=True)"
    )
    assert defect(spoiler) == defect(other)
    assert defect(spoiler) != defect(spoiler, graded=False)
    assert (defect(spoiler).graded, defect(spoiler).statuses) == (True, {422})


def test_what_is_seldom_said_is_said_by_name() -> None:
    with pytest.raises(TypeError):
        Defect("v-x", "v", "SEND-422-V", "v is x", spoiler, False)  # type: ignore[misc]
    with pytest.raises(TypeError):
        Change("body", "a", "b", b"c", None)  # type: ignore[misc]


def test_the_content_is_kept_where_there_is_one() -> None:
    assert change_envelope(TWIN, '"x"', content="x").content == "x"
    assert change_envelope(TWIN, None).content is None
    assert change_body(TWIN, b"x", content="y").content == "y"
