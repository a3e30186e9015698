"""Valid bundles word for word: how each layout is spelled, and what the same seed makes of each peculiarity."""

import random

from conformance.envelope import ChatKey
from conformance.strategies import bundles
from conformance.strategies.bundles import (
    Bundle,
    everything_at_once,
    filled,
    make_bundle,
    named_layouts,
    named_valid_bundles,
    ordinary_bundle,
)
from conformance.strategies.spelling import Layout

KEY = ChatKey(bytes(range(32)))
NONCE = bytes(24)


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


def test_the_bundle_with_everything_literally() -> None:
    bundle = everything_at_once(KEY, 3, rnd=random.Random(7))
    gap = " \t\r\n"
    ct = r"OLTmUuRNp\/I3DZ4mDi\u0063TZV\u0043ko6\u0062Qf1wM\u0041l\u002bkZvpr2lij155fd6X3yQ\u003d\u003d"
    tokens = [
        "{",
        r'"\u0063\u0074"',
        ":",
        f'"{ct}"',
        ",",
        r'"\u0065\u0070\u006f\u0063\u0068"',
        ":",
        "3",
        ",",
        r'"\u0076"',
        ":",
        "2",
        "}",
    ]
    assert bundle.content == gap + gap.join(tokens) + gap
    assert (bundle.plaintext, bundle.epoch) == (b"", 3)
    every = [everything_at_once(KEY, 3, rnd=random.Random(seed)).ct for seed in range(20)]
    assert all("+" in ct and "/" in ct for ct in every)
    assert not all("X" in ct for ct in every)


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
    assert bundles.text_of(5, random.Random(7)) == b"38b4e"
    assert [len(bundles.text_of(size, None)) for size in (0, 1, 3000)] == [0, 1, 3000]
    assert bundles.text_of(64, None) != bundles.text_of(64, None)


def test_nonces_are_of_the_seed_or_of_the_library() -> None:
    assert bundles._nonce(None) is None
    assert bundles._nonce(random.Random(7)) == random.Random(7).randbytes(24)


def test_bundles_are_told_apart_by_their_ciphertexts() -> None:
    assert Bundle("c", b"a", 3, "AAAA") == Bundle("c", b"b", 3, "AAAA")
    assert Bundle("c", b"a", 3, "AAAA") != Bundle("c", b"a", 3, "AAAB")
    assert Bundle("c", b"a", 3, "abX=").describe() == "1 characters, epoch 3, 1 padding, compact, ct abX=…"


def test_a_slash_is_all_that_is_asked_of_the_one_with_a_slash() -> None:
    named = [dict(named_valid_bundles(KEY, 3, rnd=random.Random(seed)))["ct-with-slash"].ct for seed in range(20)]
    assert all("/" in ct for ct in named)
    assert not all("X" in ct for ct in named)
