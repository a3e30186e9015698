"""What is said of a ciphertext without its key, and that nothing in a body can make it raise."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms.made import UNHURRIED

from conformance.envelope import ChatKey, build
from conformance.report import sealed

CT = base64.b64encode(bytes(range(24)) + b"\0" * 16 + b"sealed").decode()


def body(content: Any) -> str:
    return json.dumps({"content": content if isinstance(content, str) else json.dumps(content)})


def test_a_message_is_taken_apart() -> None:
    [found] = sealed.found_in(body({"v": 2, "epoch": 7, "ct": CT}))
    assert found.where == "content"
    assert found.fault == ""
    assert found.facts == (
        ("v", "2"),
        ("epoch", "7"),
        ("ct", f"{len(CT)} characters of base64"),
        ("nonce", "24 bytes, 00 01 02 03 04 05 06 07 …"),
        ("tag", "16 bytes (Poly1305)"),
        ("sealed", "6 bytes, as many as the plaintext has"),
    )


def test_the_size_told_is_that_of_the_plaintext() -> None:
    bundle = build(b"twelve bytes", ChatKey(b"k" * 32), 1)
    [found] = sealed.found_in(body(bundle.content()))
    assert dict(found.facts)["sealed"].startswith("12 bytes")


def test_ciphertexts_are_found_wherever_they_are() -> None:
    bundle = {"v": 2, "epoch": 1, "ct": CT}
    nested = {"entries": [{"id": "1", "content": json.dumps(bundle)}, {"id": "2", "content": bundle}], "last": bundle}
    assert [one.where for one in sealed.found_in(json.dumps(nested))] == [
        "entries[0].content",
        "entries[1].content",
        "last",
    ]


def test_of_many_only_the_first_are_told() -> None:
    assert len(sealed.found_in(json.dumps([{"content": "x"}] * 500))) == 6


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ({"v": 1, "epoch": 1, "ct": CT}, "v is"),
        ({"v": 2, "epoch": -1, "ct": CT}, "epoch is"),
        ({"v": 2, "ct": CT}, "epoch is None"),
        ({"v": 2, "epoch": 1, "ct": "%%%"}, "ct is"),
        ({"v": 2, "epoch": 1, "ct": None}, "ct is None"),
        ({"v": 2, "epoch": 1, "ct": "AAAA"}, "too short"),
        ("no JSON", "not JSON"),
        ("[1]", "expected an object"),
        ("", "0 characters"),
        ('{"v":2,"v":2,"epoch":1,"ct":"AAAA"}', "not JSON"),
    ],
)
def test_what_is_malformed_is_told_as_such(content: Any, fault: str) -> None:
    [found] = sealed.found_in(body(content))
    assert fault in found.fault
    assert found.fault.startswith("no valid CiphertextV2")


@pytest.mark.parametrize(
    "text", ["", "no JSON", "{", "[]", "{}", '"content"', "7", "null", "[" * 5000, '{"content": 1', "NaN"]
)
def test_where_there_is_none_nothing_is_told(text: str) -> None:
    assert sealed.found_in(text) == ()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["v", "epoch", "ct", "content"]) | st.text(), inner)
    ),
)


@UNHURRIED
@given(values, st.booleans())
def test_nothing_that_a_body_holds_makes_it_raise(value: Any, twice: bool) -> None:
    text = json.dumps(json.dumps(value) if twice else value)
    for wrapped in (text, f'{{"content": {text}}}'):
        for one in sealed.found_in(wrapped):
            assert len(one.fault) < 400
