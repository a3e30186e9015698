"""The malformed values that have no name: what each makes of a bundle, and what counts as one."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from conformance.strategies import malformed as drawn
from conformance.strategies.bundles import Bundle
from conformance.strategies.defects import Defect, spoil

TWIN = Bundle('{"v":2,"epoch":3,"ct":"abc+/w=="}', b"", 3, "abc+/w==")
REFUSED, BODY_REFUSED = {422}, {400, 415, 422}
NOT_JSON = drawn._with_body("SEND-BODY-NOT-JSON", "the body is no JSON")


def told(defect: Defect) -> tuple[object, ...]:
    return defect.name, defect.family, defect.requirement, defect.title, defect.graded, defect.statuses


@pytest.mark.parametrize(
    ("defect", "expected"),
    [
        (
            drawn._with_envelope(5),
            ("envelope-any", "envelope", "SEND-422-ENVELOPE", "content is no string with something in it"),
        ),
        (
            drawn._with_text("hi"),
            ("text-any", "text", "SEND-422-TEXT", "content is no JSON text of an object"),
        ),
        (
            drawn._with_mutation(3, "x"),
            ("text-mutated", "text", "SEND-422-TEXT", "content is no JSON text of an object"),
        ),
        (drawn._with_token("v")(3), ("v-any", "v", "SEND-422-V", "v is not the integer 2")),
        (drawn._with_token("epoch")("3"), ("epoch-any", "epoch", "SEND-422-EPOCH", "epoch is no integer")),
        (drawn._with_token("ct")(3), ("ct-any", "ct", "SEND-422-CT", "ct is no standard base64")),
        (drawn._with_foreign(0, "-"), ("ct-any", "ct", "SEND-422-CT", "ct is no standard base64")),
    ],
)
def test_a_value_without_a_name_is_a_graded_defect_of_its_family(defect: Defect, expected: tuple[str, ...]) -> None:
    assert told(defect) == (*expected, True, REFUSED)


def test_those_of_length_and_body_may_be_refused_in_other_ways_too() -> None:
    assert told(drawn._with_length(4097)) == (
        *("length-any", "length", "SEND-422-LENGTH", "content is longer than 4096 characters", True),
        {413, 422},
    )
    assert told(NOT_JSON(b"x")) == (
        *("body-any", "body", "SEND-BODY-NOT-JSON", "the body is no JSON", True),
        BODY_REFUSED,
    )


@pytest.mark.parametrize(
    ("defect", "body"),
    [
        (drawn._with_token("v")("2"), r'{"content": "{\"v\":\"2\",\"epoch\":3,\"ct\":\"abc+/w==\"}"}'),
        (drawn._with_token("ct")({"a": None}), r'{"content": "{\"v\":2,\"epoch\":3,\"ct\":{\"a\": null}}"}'),
        (drawn._with_envelope([1]), '{"content": [1]}'),
        (drawn._with_envelope(" \n"), r'{"content": " \n"}'),
        (drawn._with_text("\u00e9"), r'{"content": "\u00e9"}'),
        (drawn._with_mutation(1, "xy"), r'{"content": "{xyv\":2,\"epoch\":3,\"ct\":\"abc+/w==\"}"}'),
        (drawn._with_mutation(33 + 32, ""), r'{"content": "{\"v\":2,\"epoch\":3,\"ct\":\"abc+/w==\""}'),
        (drawn._with_foreign(1, "!"), r'{"content": "{\"v\":2,\"epoch\":3,\"ct\":\"a!bc+/w==\"}"}'),
        (drawn._with_foreign(8, "!"), r'{"content": "{\"v\":2,\"epoch\":3,\"ct\":\"abc+/w==!\"}"}'),
        (drawn._with_foreign(9, "!"), r'{"content": "{\"v\":2,\"epoch\":3,\"ct\":\"!abc+/w==\"}"}'),
        (drawn._with_length(38), r'{"content": "{ \"v\":2,\"epoch\":3,\"ct\":\"AbC+abc+/w==\"}"}'),
        (NOT_JSON(b"\xff{"), b"\xff{"),
    ],
)
def test_what_is_sent(defect: Defect, body: str | bytes) -> None:
    assert spoil(defect, TWIN).body == (body if isinstance(body, bytes) else body.encode())


def test_only_a_string_is_content() -> None:
    assert spoil(drawn._with_envelope(" "), TWIN).content == " "
    assert spoil(drawn._with_envelope(5), TWIN).content is None
    assert spoil(NOT_JSON(b"x"), TWIN).content is None


# --- what counts as malformed -----------------------------------------------------------------------------------

SOME = [None, True, False, 0, 1, 2, 3, -2, 2.0, 2.5, "", "2", "x", [], [2], {}, {"v": 2}]


@pytest.mark.parametrize(
    ("counts", "those_that_do_not"),
    [
        (drawn._is_no_two, [2, 2.0]),
        (drawn._is_no_integer, [0, 1, 2, 3, -2, 2.0]),
        (drawn._is_no_string, ["", "2", "x"]),
        (drawn._is_no_mapping, [{}, {"v": 2}]),
    ],
)
def test_a_value_counts_as_malformed(counts: Callable[[Any], bool], those_that_do_not: list[Any]) -> None:
    assert [repr(value) for value in SOME if not counts(value)] == [repr(value) for value in those_that_do_not]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("x", True),
        ("[]", True),
        ("2", True),
        ('{"a":', True),
        ("[" * 100_000, True),
        ("9" * 5000, True),
        ("{}", False),
        (' {"v":2}\n', False),
        # blank is a defect of the envelope, and some readers take a byte order mark
        ("", False),
        (" \n", False),
        ("\ufeffx", False),
        ("\ufeff{}", False),
    ],
)
def test_a_text_counts_as_no_object(text: str, *, counts: bool) -> None:
    assert drawn._is_no_object(text) is counts


@pytest.mark.parametrize(
    ("sent", "counts"),
    [
        (b"x", True),
        (b"\xff", True),
        (b'{"a":', True),
        (b"[" * 100_000, True),
        (b"{}", False),
        (b"2", False),
        (b"\xef\xbb\xbf{}", False),
        (b"\xff\xfe{\0}\0", False),
        (b"\xfe\xff\0{\0}", False),
        (b"\xff\xfex", False),
        (b"\xfe\xffx", False),
        (b"{\0}\0", False),
        (b"\0{\0}", False),
    ],
)
def test_a_body_counts_as_no_json(sent: bytes, *, counts: bool) -> None:
    assert drawn._is_no_json(sent) is counts


def test_a_body_is_encoded_in_ascii() -> None:
    assert drawn._encoded(["\u00e9", None]) == b'["\\u00e9", null]'


def test_a_seed_of_nothing_is_the_simplest_variant() -> None:
    assert drawn._variation(0) is None
    one = drawn._variation(7)
    assert isinstance(one, random.Random)
    assert one.random() == random.Random(7).random()


# --- what is heavy, and what is long ----------------------------------------------------------------------------


def test_the_heaviest_are_not_drawn() -> None:
    assert {"length-1-mib", "nesting-objects", "nesting-arrays-100000"} == drawn._HEAVY


def test_only_what_is_long_by_nature_may_be_long() -> None:
    assert sorted(drawn._LONG) == [
        *("length-1-mib", "length-4097", "length-4097-whitespace", "length-64-kib", "length-8192", "length-any"),
        *("nesting-arrays", "nesting-arrays-100000", "nesting-epoch", "nesting-objects", "nesting-unclosed"),
    ]
