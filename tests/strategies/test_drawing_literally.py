"""Drawn bundles word for word: which spellings, sizes and lengths are drawn, and which never are."""

import random

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from conformance.envelope import ChatKey, parse
from conformance.strategies import drawing
from conformance.strategies.bundles import Bundle, make_bundle, ordinary_bundle
from conformance.strategies.spelling import Layout

KEY = ChatKey(bytes(range(32)))
STEADY = settings(derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
QUICK = settings(STEADY, phases=[Phase.generate], max_examples=1000)


def test_the_nonce_is_made_of_plaintext_and_epoch() -> None:
    assert drawing._nonce_for(b"hi", 3).hex() == "6a6e27416a6b3c3a1aa05cb0281b29e766f6660921b68a8b"
    assert drawing._nonce_for(b"hi", 4) != drawing._nonce_for(b"hi", 3)


@settings(STEADY, max_examples=20)
@given(drawing.bundles_at(KEY, 7))
def test_bundles_at_an_epoch_are_of_that_epoch(bundle: Bundle) -> None:
    assert bundle.epoch == 7
    assert parse(bundle.content).open(KEY) == bundle.plaintext


def test_ordinary_bundles_are_those_of_a_seed() -> None:
    twins = drawing.ordinary_bundles(KEY, 7)
    assert find(twins, lambda _: True, settings=QUICK) == ordinary_bundle(KEY, 7, rnd=random.Random(0))
    assert find(twins, lambda one: one.ct[0] == "Z", settings=QUICK).ct[0] == "Z"


def test_layouts_of_every_kind_are_drawn() -> None:
    for wanted in (
        lambda layout: layout.order == ("ct", "epoch", "v"),
        lambda layout: len(layout.gaps) == 14,
        lambda layout: "".join(sorted(set("".join(layout.gaps)))) == "\t\n\r ",
        lambda layout: any(len(gap) == 4 for gap in layout.gaps),
        lambda layout: layout.escaped == "+/0=Aa",
        lambda layout: layout.escape_names and not layout.escape_slashes,
        lambda layout: layout.escape_slashes and not layout.escape_names,
    ):
        assert isinstance(find(drawing.layouts(), wanted, settings=QUICK).gaps, tuple)


@settings(STEADY, max_examples=300)
@given(drawing.layouts())
def test_a_drawn_layout_has_no_more_than_there_are_places(layout: Layout) -> None:
    assert len(layout.gaps) <= 14
    assert all(len(gap) <= 4 for gap in layout.gaps)
    assert set(layout.escaped) <= set("Aa0+/=")


def test_plaintexts_reach_from_nothing_to_the_most_that_fits() -> None:
    # an epoch of ten digits leaves room for three bytes fewer than one of a single digit does
    sizes: set[int] = set()

    @settings(STEADY, max_examples=400)
    @given(drawing.plaintexts())
    def draw(plaintext: bytes) -> None:
        sizes.add(len(plaintext))

    draw()
    assert (min(sizes), max(sizes)) == (0, 3005)
    assert {3003, 3004} <= sizes
    assert len([size for size in sizes if 0 < size <= 64]) > 10
    assert len([size for size in sizes if 64 < size < 3003]) > 20


def test_a_caller_may_ask_for_a_size() -> None:
    assert len(find(drawing.plaintexts(sizes=st.just(17)), lambda _: True, settings=QUICK)) == 17


def test_a_spelling_too_long_gives_way_to_a_compact_one_in_the_same_order() -> None:
    layout = Layout(order=("ct", "v", "epoch"), gaps=(" " * 3000,), escape_names=True)
    drawn = drawing.valid_bundles(
        key=KEY, epochs=st.just(3), plaintexts=st.just(b"x" * 2000), layouts=st.just(layout), lengths=st.just(0)
    )
    assert find(drawn, lambda _: True, settings=QUICK).layout == Layout(order=("ct", "v", "epoch"))


def test_a_plaintext_too_long_for_any_spelling_is_passed_over() -> None:
    longest = drawing.valid_bundles(
        key=KEY, epochs=st.just(3), plaintexts=st.just(b"x" * 3011), layouts=st.just(Layout())
    )
    assert len(find(longest, lambda _: True, settings=QUICK).content) <= 4096
    too_long = drawing.valid_bundles(key=KEY, epochs=st.just(3), plaintexts=st.just(b"x" * 3012))
    with pytest.raises(Unsatisfiable):
        find(too_long, lambda _: True, settings=QUICK)


def test_a_drawn_length_is_filled_up() -> None:
    drawn = drawing.valid_bundles(
        key=KEY, epochs=st.just(3), plaintexts=st.just(b""), layouts=st.just(Layout()), lengths=st.just(100)
    )
    assert len(find(drawn, lambda _: True, settings=QUICK).content) == 100
    lengths = {len(find(drawing._LENGTHS.map(str), lambda text, n=n: text == n, settings=QUICK)) for n in ("0", "4096")}
    assert lengths == {1, 4}


def test_the_nonce_of_a_drawn_bundle_is_that_of_its_plaintext() -> None:
    drawn = drawing.valid_bundles(
        key=KEY, epochs=st.just(3), plaintexts=st.just(b"hi"), layouts=st.just(Layout()), lengths=st.just(0)
    )
    bundle = find(drawn, lambda _: True, settings=QUICK)
    assert bundle == make_bundle(b"hi", KEY, 3, nonce=drawing._nonce_for(b"hi", 3))


@settings(STEADY, max_examples=200)
@given(drawing._LENGTHS)
def test_no_length_beyond_the_longest_is_drawn(length: int) -> None:
    assert 0 <= length <= 4096


def test_a_spelling_of_exactly_the_longest_stays_as_it_is() -> None:
    layout = Layout(gaps=("", " " * (4096 - 81)))
    drawn = drawing.valid_bundles(
        key=KEY, epochs=st.just(3), plaintexts=st.just(b""), layouts=st.just(layout), lengths=st.just(0)
    )
    bundle = find(drawn, lambda _: True, settings=QUICK)
    assert (len(bundle.content), bundle.layout) == (4096, layout)
