"""Valid bundles word for word: how each layout is spelled, and what the same seed makes of each peculiarity."""

import random

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from conformance.envelope import ChatKey
from conformance.strategies import bundles
from conformance.strategies.bundles import (
    Bundle,
    filled,
    make_bundle,
    named_layouts,
    named_valid_bundles,
    ordinary_bundle,
)
from conformance.strategies.spelling import Layout

KEY = ChatKey(bytes(range(32)))
NONCE = bytes(24)
STEADY = settings(derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
QUICK = settings(STEADY, phases=[Phase.generate], max_examples=1000)


def test_each_layout_literally() -> None:
    tokens = {"v": "2", "epoch": "3"}
    assert {name: layout.write({**tokens, "ct": layout.text("aB+/=")}) for name, layout in named_layouts()} == {
        "order-v-ct-epoch": '{"v":2,"ct":"aB+/=","epoch":3}',
        "order-epoch-v-ct": '{"epoch":3,"v":2,"ct":"aB+/="}',
        "order-epoch-ct-v": '{"epoch":3,"ct":"aB+/=","v":2}',
        "order-ct-v-epoch": '{"ct":"aB+/=","v":2,"epoch":3}',
        "order-ct-epoch-v": '{"ct":"aB+/=","epoch":3,"v":2}',
        "spaces-after-separators": '{"v": 2, "epoch": 3, "ct": "aB+/="}',
        "spaces-everywhere": ' { "v" : 2 , "epoch" : 3 , "ct" : "aB+/=" } ',
        "tabs": '\t{\t"v"\t:\t2\t,\t"epoch"\t:\t3\t,\t"ct"\t:\t"aB+/="\t}\t',
        "line-breaks": '\n{\n"v"\n:\n2\n,\n"epoch"\n:\n3\n,\n"ct"\n:\n"aB+/="\n}\n',
        "carriage-returns": '\r\n{\r\n"v"\r\n:\r\n2\r\n,\r\n"epoch"\r\n:\r\n3\r\n,\r\n"ct"\r\n:\r\n"aB+/="\r\n}\r\n',
        "indented": '{\n  "v": 2,\n  "epoch": 3,\n  "ct": "aB+/="\n}',
        "whitespace-in-front": ' \t\r\n{"v":2,"epoch":3,"ct":"aB+/="}',
        "whitespace-behind": '{"v":2,"epoch":3,"ct":"aB+/="} \t\r\n',
        "escaped-names": '{"\\u0076":2,"\\u0065\\u0070\\u006f\\u0063\\u0068":3,"\\u0063\\u0074":"aB+/="}',
        "escaped-slashes": '{"v":2,"epoch":3,"ct":"aB+\\/="}',
        "escaped-plus": '{"v":2,"epoch":3,"ct":"aB\\u002b/="}',
        "escaped-padding": '{"v":2,"epoch":3,"ct":"aB+/\\u003d"}',
        "escaped-letters": '{"v":2,"epoch":3,"ct":"\\u0061\\u0042+/="}',
    }


# What has to be drawn again until it has its mark is drawn as often as this seed needs.
NAMED = """
compact: 34 bytes, 125 characters, epoch 3, 1 padding, compact, ct EegYGPjJnV1d…
ct-with-plus: 34 bytes, 125 characters, epoch 3, 1 padding, compact, ct JkqtbLbdIQ+v…
ct-with-slash: 34 bytes, 125 characters, epoch 3, 1 padding, compact, ct nOKxDMza6/mQ…
ct-without-padding: 35 bytes, 125 characters, epoch 3, 0 padding, compact, ct L6jt0JS6l66L…
ct-with-one-padding: 34 bytes, 125 characters, epoch 3, 1 padding, compact, ct sWl3nt+1uTQk…
ct-with-two-paddings: 36 bytes, 129 characters, epoch 3, 2 padding, compact, ct J3Rcy5oxBS6U…
binary-plaintext: 256 bytes, 421 characters, epoch 3, 1 padding, compact, ct r24Nk1Ug3Uwh…
smallest: 0 bytes, 81 characters, epoch 3, 2 padding, compact, ct IO28ujrM5nII…
longest: 3011 bytes, 4096 characters, epoch 3, 0 padding, 3 of whitespace, ct 74m3xitwRAGU…
longest-but-one: 3011 bytes, 4095 characters, epoch 3, 0 padding, 2 of whitespace, ct gFE6FJ7hCoOJ…
order-v-ct-epoch: 34 bytes, 125 characters, epoch 3, 1 padding, order v ct epoch, ct Nh/+Mj1ffHDq…
order-epoch-v-ct: 34 bytes, 125 characters, epoch 3, 1 padding, order epoch v ct, ct MmFsQLweEf5W…
order-epoch-ct-v: 34 bytes, 125 characters, epoch 3, 1 padding, order epoch ct v, ct 5+25mfU+FPkt…
order-ct-v-epoch: 34 bytes, 125 characters, epoch 3, 1 padding, order ct v epoch, ct fH9OC6rMNzQN…
order-ct-epoch-v: 34 bytes, 125 characters, epoch 3, 1 padding, order ct epoch v, ct lGy8y0gqMmXv…
spaces-after-separators: 34 bytes, 130 characters, epoch 3, 1 padding, 5 of whitespace, ct SG2GSG6o9aqA…
spaces-everywhere: 34 bytes, 139 characters, epoch 3, 1 padding, 14 of whitespace, ct VABExOaCIv+g…
tabs: 34 bytes, 139 characters, epoch 3, 1 padding, 14 of whitespace, ct 4jF7bDHpEB3+…
line-breaks: 34 bytes, 139 characters, epoch 3, 1 padding, 14 of whitespace, ct tat6JHK7AqTE…
carriage-returns: 34 bytes, 153 characters, epoch 3, 1 padding, 28 of whitespace, ct iwWGSIywbCkd…
indented: 34 bytes, 138 characters, epoch 3, 1 padding, 13 of whitespace, ct dQR752j3Wbb/…
whitespace-in-front: 34 bytes, 129 characters, epoch 3, 1 padding, 4 of whitespace, ct K3U0Mj6lRdSj…
whitespace-behind: 34 bytes, 129 characters, epoch 3, 1 padding, 4 of whitespace, ct ckA/P01Kf/hh…
escaped-names: 34 bytes, 165 characters, epoch 3, 1 padding, escaped names, ct ePT+UrSeIx57…
escaped-slashes: 34 bytes, 126 characters, epoch 3, 1 padding, escaped slashes, ct QEn9bKpmo2Ni…
escaped-plus: 34 bytes, 130 characters, epoch 3, 1 padding, escaped +, ct UlZQUJEoE8fW…
escaped-padding: 34 bytes, 130 characters, epoch 3, 1 padding, escaped =, ct dfJo29RS/hCA…
escaped-letters: 34 bytes, 165 characters, epoch 3, 1 padding, escaped ABCabc, ct 1/ukKPgc51L7…
longest-by-whitespace: 34 bytes, 4096 characters, epoch 3, 1 padding, 3971 of whitespace, ct ZYH/rZNL7FMW…
"""


def test_each_peculiarity_literally() -> None:
    named = named_valid_bundles(KEY, 3, rnd=random.Random(7))
    told = [f"{name}: {len(bundle.plaintext)} bytes, {bundle.describe()}" for name, bundle in named]
    assert told == NAMED.strip().splitlines()


def test_the_ordinary_bundle_literally() -> None:
    bundle = ordinary_bundle(KEY, 3, rnd=random.Random(7))
    ct = "JkqtbLbdIQ+vlKzTz5LBkCN8sR9dEIzyVo1jj4mtVl18PitYQwSMuq7AWChxxLCvv9j8Ptv4kt8TqS9bxlR9Tma8kSWVIC/SKRs="
    assert bundle.plaintext == b"cc75f636d85099095aa300165a67036f9b"
    assert (bundle.epoch, bundle.ct, bundle.layout) == (3, ct, Layout())
    assert bundle.content == f'{{"v":2,"epoch":3,"ct":"{ct}"}}'
    assert bundle.request_body().decode() == f'{{"content": "{{\\"v\\":2,\\"epoch\\":3,\\"ct\\":\\"{ct}\\"}}"}}'
    assert bundle.tokens() == {"v": "2", "epoch": "3", "ct": f'"{ct}"'}
    assert repr(bundle) == "Bundle(125 characters, epoch 3, 1 padding, compact, ct JkqtbLbdIQ+v…)"


def test_a_bundle_is_spelled_as_its_layout_says() -> None:
    layout = Layout(order=("ct", "v", "epoch"), gaps=("", " "))
    bundle = make_bundle(b"", KEY, 12, layout=layout, nonce=NONCE)
    assert (bundle.plaintext, bundle.epoch, bundle.layout) == (b"", 12, layout)
    assert bundle.content == f'{{ "ct":"{bundle.ct}","v":2,"epoch":12}}'
    assert bundle.ct.startswith("A" * 32)
    assert make_bundle(b"", KEY, 12, layout=layout, nonce=NONCE) == bundle
    assert make_bundle(b"", KEY, 12).ct != make_bundle(b"", KEY, 12).ct


def test_filling_adds_spaces_behind_the_brace() -> None:
    plain = Bundle('{"v":2,"epoch":3,"ct":"AAAA"}', b"", 3, "AAAA")
    assert filled(plain, 28) is plain
    assert filled(plain, 29) is plain
    assert filled(plain, 31).content == '{  "v":2,"epoch":3,"ct":"AAAA"}'
    assert filled(plain, 31).layout == Layout(gaps=("", "  "))
    layout = Layout(gaps=("\n", "\t", *"abcdefghijkl"))
    spelled = Bundle(layout.write(plain.tokens()), b"", 3, "AAAA", layout)
    assert filled(spelled, len(spelled.content) + 1).layout.gaps == ("\n", "\t ", *"abcdefghijkl")


def test_texts_have_the_size_that_was_asked_for() -> None:
    assert bundles._text(5, random.Random(7)) == b"38b4e"
    assert [len(bundles._text(size, None)) for size in (0, 1, 3000)] == [0, 1, 3000]
    assert bundles._text(64, None) != bundles._text(64, None)


def test_nonces_are_of_the_seed_or_of_the_library() -> None:
    assert bundles._nonce(None) is None
    assert bundles._nonce(random.Random(7)) == random.Random(7).randbytes(24)
    assert bundles._nonce_for(b"hi", 3).hex() == "6a6e27416a6b3c3a1aa05cb0281b29e766f6660921b68a8b"
    assert bundles._nonce_for(b"hi", 4) != bundles._nonce_for(b"hi", 3)


# --- what is drawn ----------------------------------------------------------------------------------------------


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
        assert isinstance(find(bundles.layouts(), wanted, settings=QUICK).gaps, tuple)


@settings(STEADY, max_examples=300)
@given(bundles.layouts())
def test_a_drawn_layout_has_no_more_than_there_are_places(layout: Layout) -> None:
    assert len(layout.gaps) <= 14
    assert all(len(gap) <= 4 for gap in layout.gaps)
    assert set(layout.escaped) <= set("Aa0+/=")


def test_plaintexts_reach_from_nothing_to_the_most_that_fits() -> None:
    # an epoch of ten digits leaves room for three bytes fewer than one of a single digit does
    sizes: set[int] = set()

    @settings(STEADY, max_examples=400)
    @given(bundles.plaintexts())
    def draw(plaintext: bytes) -> None:
        sizes.add(len(plaintext))

    draw()
    assert (min(sizes), max(sizes)) == (0, 3005)
    assert {3003, 3004} <= sizes
    assert len([size for size in sizes if 0 < size <= 64]) > 10
    assert len([size for size in sizes if 64 < size < 3003]) > 20


def test_a_caller_may_ask_for_a_size() -> None:
    assert len(find(bundles.plaintexts(sizes=st.just(17)), lambda _: True, settings=QUICK)) == 17


def test_a_spelling_too_long_gives_way_to_a_compact_one_in_the_same_order() -> None:
    layout = Layout(order=("ct", "v", "epoch"), gaps=(" " * 3000,), escape_names=True)
    drawn = bundles.valid_bundles(
        key=KEY, epochs=st.just(3), plaintexts=st.just(b"x" * 2000), layouts=st.just(layout), lengths=st.just(0)
    )
    assert find(drawn, lambda _: True, settings=QUICK).layout == Layout(order=("ct", "v", "epoch"))


def test_a_plaintext_too_long_for_any_spelling_is_passed_over() -> None:
    longest = bundles.valid_bundles(
        key=KEY, epochs=st.just(3), plaintexts=st.just(b"x" * 3011), layouts=st.just(Layout())
    )
    assert len(find(longest, lambda _: True, settings=QUICK).content) <= 4096
    too_long = bundles.valid_bundles(key=KEY, epochs=st.just(3), plaintexts=st.just(b"x" * 3012))
    with pytest.raises(Unsatisfiable):
        find(too_long, lambda _: True, settings=QUICK)


def test_a_drawn_length_is_filled_up() -> None:
    drawn = bundles.valid_bundles(
        key=KEY, epochs=st.just(3), plaintexts=st.just(b""), layouts=st.just(Layout()), lengths=st.just(100)
    )
    assert len(find(drawn, lambda _: True, settings=QUICK).content) == 100
    lengths = {len(find(bundles._LENGTHS.map(str), lambda text, n=n: text == n, settings=QUICK)) for n in ("0", "4096")}
    assert lengths == {1, 4}


def test_the_nonce_of_a_drawn_bundle_is_that_of_its_plaintext() -> None:
    drawn = bundles.valid_bundles(
        key=KEY, epochs=st.just(3), plaintexts=st.just(b"hi"), layouts=st.just(Layout()), lengths=st.just(0)
    )
    bundle = find(drawn, lambda _: True, settings=QUICK)
    assert bundle == make_bundle(b"hi", KEY, 3, nonce=bundles._nonce_for(b"hi", 3))


@settings(STEADY, max_examples=200)
@given(bundles._LENGTHS)
def test_no_length_beyond_the_longest_is_drawn(length: int) -> None:
    assert 0 <= length <= 4096


def test_a_spelling_of_exactly_the_longest_stays_as_it_is() -> None:
    layout = Layout(gaps=("", " " * (4096 - 81)))
    drawn = bundles.valid_bundles(
        key=KEY, epochs=st.just(3), plaintexts=st.just(b""), layouts=st.just(layout), lengths=st.just(0)
    )
    bundle = find(drawn, lambda _: True, settings=QUICK)
    assert (len(bundle.content), bundle.layout) == (4096, layout)


def test_bundles_are_told_apart_by_their_ciphertexts() -> None:
    assert Bundle("c", b"a", 3, "AAAA") == Bundle("c", b"b", 3, "AAAA")
    assert Bundle("c", b"a", 3, "AAAA") != Bundle("c", b"a", 3, "AAAB")
    assert Bundle("c", b"a", 3, "abX=").describe() == "1 characters, epoch 3, 1 padding, compact, ct abX=…"


def test_a_slash_is_all_that_is_asked_of_the_one_with_a_slash() -> None:
    named = [dict(named_valid_bundles(KEY, 3, rnd=random.Random(seed)))["ct-with-slash"].ct for seed in range(20)]
    assert all("/" in ct for ct in named)
    assert not all("X" in ct for ct in named)
