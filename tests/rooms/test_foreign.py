"""JSON of a target: read as everybody reads it, and refused where no program ought to take it in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import foreign

from .made import UNHURRIED

NUMBERS = st.integers(-(10**98), 10**98) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@UNHURRIED
@given(VALUES, st.booleans())
def test_what_json_writes_is_read(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert foreign.loads(text) == value
    assert foreign.loads(text.encode("utf-8", "surrogatepass")) == value
    assert foreign.SocketJson.loads(foreign.SocketJson.dumps(value, separators=(",", ":"))) == value


def nested(levels: int) -> str:
    return '{"a":[' * (levels // 2) + "]}" * (levels // 2)


@pytest.mark.parametrize(
    "text",
    [
        nested(foreign.DEEPEST),
        "[" + ",".join(["[]"] * 1000) + "]",
        "[" + ",".join(["{}"] * 1000) + "]",
        "9" * foreign.LONGEST_NUMBER,
        "[" + "0," * foreign.MOST_VALUES + "0]",
        "1e308",
        '{"a":1,"a":2}',
    ],
)
def test_what_is_just_not_too_much_is_read(text: str) -> None:
    assert foreign.loads(text) == json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "'a'",
        "NaN",
        "[Infinity]",
        '{"a":-Infinity}',
        "1e309",
        "-1e999",
        "9" * (foreign.LONGEST_NUMBER + 1),
        "9" * 1_000_000,
        nested(foreign.DEEPEST + 2),
        "[" * 1_000_000,
        "[" * 500 + "]" * 500,
        "[0," + "0," * foreign.MOST_VALUES + "0]",
    ],
    ids=lambda text: text[:12],
)
def test_what_is_no_json_or_too_much_of_it_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        foreign.loads(text)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ValueError, match=r"."):
        foreign.loads(b'"\xff\xfe\x80"')
