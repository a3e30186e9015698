"""Characters that are drawn by number: all of those asked for, no other, and no table of Unicode."""

import sys

from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from conformance.strategies.characters import among, any_character

STEADY = settings(derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
QUICK = settings(STEADY, phases=[Phase.generate], max_examples=3000)


def drawn(characters: st.SearchStrategy[str], number: int) -> set[str]:
    seen: set[str] = set()

    @settings(STEADY, max_examples=number)
    @given(characters)
    def draw(character: str) -> None:
        seen.add(character)

    draw()
    return seen


def test_among_them_each_is_drawn_and_no_other() -> None:
    assert drawn(among("zxy"), 100) == set("zxy")
    assert find(among("zxy"), lambda _: True, settings=settings(STEADY, max_examples=100)) == "z"


def test_any_character_is_one_that_can_be_sent() -> None:
    seen = drawn(any_character(), 3000)
    assert all(len(one) == 1 and one.encode() for one in seen)
    assert len([one for one in seen if one.isascii() and one.isprintable()]) > 90


def test_the_bounds_of_each_kind_are_drawn() -> None:
    for bound in (0x20, 0x7E, 0, 0xD7FF, 0xE000, sys.maxunicode):
        assert find(any_character(), lambda one, bound=bound: ord(one) == bound, settings=QUICK) == chr(bound)
