"""Content that arrived is read strictly, whatever a hostile target sends; nothing but `EnvelopeError` is raised."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.envelope import Envelope, EnvelopeError, ciphertext_of, parse

STEADY = settings(derandomize=True, database=None, deadline=None)
VALID = {"v": 2, "epoch": 3, "ct": "AbC+/w=="}

READ = [
    '{"v":2,"epoch":3,"ct":"AbC+/w=="}',
    ' {\n"ct" : "AbC+\\/w\\u003d=",\t"epoch": 3, "v": 2}\r\n',
    '{"v":2.0,"epoch":3.0,"ct":"AbC+/w=="}',
    '{"v":2,"epoch":3,"ct":"AbC+/w==","more":[1]}',
    VALID,
    {**VALID, "more": None},
]


@pytest.mark.parametrize("content", READ)
def test_a_bundle_is_read(content: object) -> None:
    assert parse(content) == Envelope(3, "AbC+/w==")
    assert ciphertext_of(content) == "AbC+/w=="


REFUSED = {
    "none": None,
    "a number": 2,
    "bytes": b'{"v":2,"epoch":3,"ct":"AbC+/w=="}',
    "a list": [VALID],
    "empty": "",
    "blank": " ",
    "a bare ct": "AbC+/w==",
    "cut short": '{"v":2,"epoch":3,"ct":"AbC+/w=="',
    "trailing": '{"v":2,"epoch":3,"ct":"AbC+/w=="}x',
    "a string in a string": json.dumps(json.dumps(VALID)),
    "v absent": {"epoch": 3, "ct": "AAAA"},
    "v as text": {**VALID, "v": "2"},
    "v true": {**VALID, "v": True},
    "v 3": {**VALID, "v": 3},
    "epoch true": {**VALID, "epoch": True},
    "epoch as text": {**VALID, "epoch": "3"},
    "epoch fraction": {**VALID, "epoch": 3.5},
    "epoch negative": {**VALID, "epoch": -1},
    "epoch of nine bytes": {**VALID, "epoch": 2**64},
    "epoch NaN": '{"v":2,"epoch":NaN,"ct":"AbC+/w=="}',
    "epoch overflowing": '{"v":2,"epoch":1e999,"ct":"AbC+/w=="}',
    "epoch infinite": {**VALID, "epoch": float("inf")},
    "ct absent": {"v": 2, "epoch": 3},
    "ct empty": {**VALID, "ct": ""},
    "ct a number": {**VALID, "ct": 5},
    "ct url-safe": {**VALID, "ct": "AbC-_w=="},
    "ct with a line break": {**VALID, "ct": "AbC+/w==\n"},
    "ct without padding": {**VALID, "ct": "AbC+/w"},
    "ct with too much padding": {**VALID, "ct": "AAAA===="},
    "a member twice": '{"v":2,"epoch":3,"epoch":3,"ct":"AbC+/w=="}',
    "one character too long": json.dumps(VALID) + " " * (4097 - len(json.dumps(VALID))),
    "nested deep": "[" * 4000,
    "nested deep in a member": '{"v":' + "[" * 4000,
    "a number of 4000 digits": '{"v":2,"epoch":' + "9" * 4000 + ',"ct":"AAAA"}',
    "an object with a huge number": {**VALID, "epoch": 10**5000},
    "a lone surrogate": "\ud800",
    "a lone surrogate in ct": {**VALID, "ct": "\ud800AAA"},
    "an escaped lone surrogate in ct": r'{"v":2,"epoch":3,"ct":"\ud800AAA"}',
    "a null character": "\0",
}


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused_with_a_printable_reason(name: str) -> None:
    with pytest.raises(EnvelopeError) as refused:
        parse(REFUSED[name])
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 150


def test_reasons_are_sentences() -> None:
    reasons = []
    for content in ({**VALID, "v": "2"}, {**VALID, "epoch": None}, {**VALID, "ct": "A" * 41}, [], "x"):
        with pytest.raises(EnvelopeError) as refused:
            parse(content)
        reasons.append(str(refused.value))
    assert reasons == [
        "v is '2', expected 2",
        "epoch is None, expected an integer of up to 8 bytes",
        f"ct is '{'A' * 40}'…, expected standard base64",
        "content is of type list, expected an object",
        "content is not JSON: 'x'",
    ]


def reason_for(content: object) -> EnvelopeError:
    with pytest.raises(EnvelopeError) as refused:
        parse(content)
    return refused.value


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "content has 0 characters, expected 1 to 4096"),
        ("{}" + " " * 4095, "content has 4097 characters, expected 1 to 4096"),
        ("{}" + " " * 4094, "v is None, expected 2"),
        ("5", "content is of type int, expected an object"),
        ({**VALID, "v": "A" * 40}, f"v is '{'A' * 40}', expected 2"),
        ({**VALID, "v": "A" * 41}, f"v is '{'A' * 40}'…, expected 2"),
        ({**VALID, "v": "\u00e9"}, r"v is '\xe9', expected 2"),
        ({**VALID, "v": "\u00e9" * 41}, rf"v is '{chr(92)}xe9{(chr(92) + 'xe9') * 39}'…, expected 2"),
        ({**VALID, "v": 2.5}, "v is 2.5, expected 2"),
        ({**VALID, "v": False}, "v is False, expected 2"),
        ({**VALID, "epoch": 2**64}, "epoch is of type int, expected an integer of up to 8 bytes"),
        ({**VALID, "ct": {}}, "ct is of type dict, expected standard base64"),
    ],
)
def test_a_reason_is_a_sentence(content: object, reason: str) -> None:
    assert str(reason_for(content)) == reason


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('{"v":NaN}', "NaN is no JSON number"),
        ('{"v":-Infinity}', "-Infinity is no JSON number"),
        ('{"v":2,"v":2}', "a member occurs twice"),
        ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    ],
)
def test_a_text_that_is_no_json_has_its_cause(text: str, cause: str) -> None:
    error = reason_for(text)
    assert (str(error), str(error.__cause__)) == (f"content is not JSON: '{text}'", cause)


@pytest.mark.parametrize("epoch", [0, 1, 2**64 - 1])
def test_an_epoch_has_up_to_eight_bytes(epoch: int) -> None:
    assert parse({**VALID, "epoch": epoch}) == Envelope(epoch, "AbC+/w==")
    assert parse(json.dumps({**VALID, "epoch": epoch})) == Envelope(epoch, "AbC+/w==")


def test_a_text_of_4096_characters_is_read() -> None:
    text = json.dumps(VALID)
    assert parse(text + " " * (4096 - len(text))) == Envelope(3, "AbC+/w==")


@pytest.mark.parametrize(
    ("content", "ct"),
    [
        ("AbC+/w==", "AbC+/w=="),
        ("AbC-_w", "AbC-_w"),
        ("1234", "1234"),
        ('{"v":2,"epoch":3,"ct":"AbC-_w=="}', "AbC-_w=="),
        ('{"ct":"first","ct":"last"}', "last"),
        ({"v": "odd", "ct": "AAAA"}, "AAAA"),
        ("hello there", None),
        ("{}", None),
        ('"AAAA"', None),
        ('["AAAA"]', None),
        ({}, None),
        ({"ct": 3}, None),
        ({"ct": ""}, None),
        (["AAAA"], None),
        ("", None),
        (None, None),
        (7, None),
        ("[" * 100_000, None),
        ('{"epoch":' + "9" * 5000 + "}", None),
    ],
)
def test_the_ciphertext_is_found_in_every_form(content: object, ct: str | None) -> None:
    assert ciphertext_of(content) == ct


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["v", "epoch", "ct", "x"]), inner),
    max_leaves=8,
)


@settings(STEADY, max_examples=500)
@given(ANYTHING | ANYTHING.map(repr) | st.fixed_dictionaries({"v": ANYTHING, "epoch": ANYTHING, "ct": ANYTHING}))
def test_no_content_makes_the_reader_fall_over(content: object) -> None:
    try:
        envelope = parse(content)
    except EnvelopeError:
        ciphertext_of(content)
    else:
        assert ciphertext_of(content) == envelope.ct
