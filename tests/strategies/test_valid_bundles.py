"""Valid bundles keep every rule and open with their key; every peculiarity of the contract is among them."""

import json
import random

import pytest
from bundle_judge import verdict
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from conformance.envelope import ChatKey, parse
from conformance.strategies.bundles import (
    Bundle,
    filled,
    make_bundle,
    named_layouts,
    named_valid_bundles,
    ordinary_bundle,
    plain_bundle,
)
from conformance.strategies.drawing import valid_bundles
from conformance.strategies.spelling import Layout

KEY = ChatKey(bytes(range(32)))
STEADY = settings(derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SHRUNK = settings(STEADY, phases=[Phase.generate, Phase.shrink], max_examples=500)
NAMED = dict(named_valid_bundles(KEY, 3, rnd=random.Random(7)))


def assert_valid(bundle: Bundle) -> None:
    assert verdict(bundle.request_body(), "application/json", bundle.epoch) == "valid"
    assert json.loads(bundle.request_body()) == {"content": bundle.content}
    assert parse(bundle.content).open(KEY) == bundle.plaintext
    assert bundle.content.isascii()


@settings(STEADY, max_examples=500)
@given(valid_bundles(key=KEY, epochs=st.integers(0, 2**31)))
def test_drawn_bundles_are_valid(bundle: Bundle) -> None:
    assert_valid(bundle)


@pytest.mark.parametrize("name", NAMED)
def test_named_bundles_are_valid(name: str) -> None:
    assert_valid(NAMED[name])


def test_every_valid_peculiarity_has_a_name() -> None:
    assert list(NAMED) == [
        "compact",
        "ct-with-plus",
        "ct-with-slash",
        "ct-without-padding",
        "ct-with-one-padding",
        "ct-with-two-paddings",
        "binary-plaintext",
        "smallest",
        "longest",
        "longest-but-one",
        "order-v-ct-epoch",
        "order-epoch-v-ct",
        "order-epoch-ct-v",
        "order-ct-v-epoch",
        "order-ct-epoch-v",
        "spaces-after-separators",
        "spaces-everywhere",
        "tabs",
        "line-breaks",
        "carriage-returns",
        "indented",
        "whitespace-in-front",
        "whitespace-behind",
        "escaped-names",
        "escaped-slashes",
        "escaped-plus",
        "escaped-padding",
        "escaped-letters",
        "longest-by-whitespace",
    ]


def test_named_bundles_are_what_their_names_say() -> None:
    assert "+" in NAMED["ct-with-plus"].ct
    assert "/" in NAMED["ct-with-slash"].ct
    assert not NAMED["ct-without-padding"].ct.endswith("=")
    assert NAMED["ct-with-one-padding"].ct.rstrip("=") + "=" == NAMED["ct-with-one-padding"].ct
    assert NAMED["ct-with-two-paddings"].ct.endswith("==")
    assert (NAMED["smallest"].plaintext, len(NAMED["smallest"].ct)) == (b"", 56)
    assert len(NAMED["longest"].content) == len(NAMED["longest-by-whitespace"].content) == 4096
    assert len(NAMED["longest-but-one"].content) == 4095
    assert r"\/" in NAMED["escaped-slashes"].content
    assert r"\u003d" in NAMED["escaped-padding"].content
    assert r"\u002b" in NAMED["escaped-plus"].content
    assert r'"\u0065\u0070\u006f\u0063\u0068"' in NAMED["escaped-names"].content


def test_layouts_spell_literally() -> None:
    tokens = {"v": "2", "epoch": "3", "ct": '"AB=="'}
    spelled = {name: layout.write(tokens) for name, layout in named_layouts()}
    assert Layout().write(tokens) == '{"v":2,"epoch":3,"ct":"AB=="}'
    assert spelled["order-ct-epoch-v"] == '{"ct":"AB==","epoch":3,"v":2}'
    assert spelled["spaces-after-separators"] == '{"v": 2, "epoch": 3, "ct": "AB=="}'
    assert spelled["spaces-everywhere"] == ' { "v" : 2 , "epoch" : 3 , "ct" : "AB==" } '
    assert spelled["indented"] == '{\n  "v": 2,\n  "epoch": 3,\n  "ct": "AB=="\n}'
    assert spelled["whitespace-behind"] == '{"v":2,"epoch":3,"ct":"AB=="} \t\r\n'
    assert Layout(escaped="A/", escape_slashes=True).text('A/"b\n') == r'"\u0041\u002f\"b\n"'


def test_the_same_seed_gives_the_same_bundles_and_none_gives_others() -> None:
    again = dict(named_valid_bundles(KEY, 3, rnd=random.Random(7)))
    assert again == NAMED
    assert ordinary_bundle(KEY, 3, rnd=random.Random(1)) == ordinary_bundle(KEY, 3, rnd=random.Random(1))
    assert ordinary_bundle(KEY, 3).ct != ordinary_bundle(KEY, 3).ct


def test_the_ordinary_bundle_has_each_mark_of_base64() -> None:
    for seed in range(20):
        ct = ordinary_bundle(KEY, 0, rnd=random.Random(seed)).ct
        assert "+" in ct and "/" in ct and ct.count("=") == 1  # noqa: PT018


@pytest.mark.parametrize("size", range(7))
def test_the_plain_bundle_has_no_mark_of_base64(size: int) -> None:
    bundle = plain_bundle(b"x" * size, KEY, 5)
    assert_valid(bundle)
    assert bundle.epoch == 5
    assert bundle.ct.isalnum()
    assert bundle.plaintext.rstrip(b" ") == b"x" * size


@pytest.mark.parametrize(
    "wanted",
    [
        lambda bundle: len(bundle.content) == 4096,
        lambda bundle: len(bundle.ct) > 4000,
        lambda bundle: bundle.ct.endswith("=="),
        lambda bundle: bundle.layout.order[0] == "ct" and bundle.layout.escape_names,
        lambda bundle: bundle.layout.escaped and any(bundle.layout.gaps),
    ],
)
def test_the_far_corners_are_drawn(wanted) -> None:  # noqa: ANN001
    found = find(valid_bundles(key=KEY, epochs=st.just(0)), wanted, settings=SHRUNK)
    assert_valid(found)


def test_a_caller_narrows_a_part() -> None:
    strategy = valid_bundles(
        key=KEY, epochs=st.just(5), plaintexts=st.just(b"hi"), layouts=st.just(Layout()), lengths=st.just(0)
    )
    found = find(strategy, lambda bundle: True, settings=SHRUNK)  # noqa: ARG005
    assert found.content.startswith('{"v":2,"epoch":5,"ct":"')
    assert (found.plaintext, found.layout) == (b"hi", Layout())


def test_a_bundle_never_shows_its_plaintext() -> None:
    bundle = make_bundle(b"attack at dawn", KEY, 3)
    assert "attack" not in repr(bundle)
    assert "attack" not in bundle.describe()


def test_a_failing_example_shows_neither_plaintext_nor_key() -> None:
    @settings(STEADY)
    @given(valid_bundles(key=KEY, epochs=st.just(0), plaintexts=st.just(b"attack at dawn")), st.just(KEY))
    def fail(bundle: Bundle, key: ChatKey) -> None:
        assert bundle.epoch, key

    with pytest.raises(AssertionError) as failed:
        fail()
    told = "".join(failed.value.__notes__)
    assert "bundle=Bundle(" in told
    assert "attack" not in told
    assert r"\x01\x02\x03" not in told.replace("\\\\", "\\")


def test_filling_never_shortens() -> None:
    bundle = make_bundle(b"x", KEY, 3)
    assert filled(bundle, 10) == filled(bundle, len(bundle.content))
    assert filled(bundle, 10).content == bundle.content
