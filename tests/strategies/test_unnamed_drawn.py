"""What is drawn of the malformed values that have no name: every kind, each refused, and no more than the family."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from bundle_judge import verdict
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample, Unsatisfiable

from conformance.strategies import malformed as drawn
from conformance.strategies.bundles import Bundle
from conformance.strategies.defects import Defect, defect_named, spoil

TWIN = Bundle('{"v":2,"epoch":3,"ct":"abc+/w=="}', b"", 3, "abc+/w==")
STEADY = settings(derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
QUICK = settings(STEADY, phases=[Phase.generate], max_examples=2000)


def any_of(family: str, wanted: Callable[[Any], bool]) -> Any:
    """The request for a value without a name that is ``wanted``, as one is drawn soon."""
    made = drawn._UNNAMED[family].map(lambda defect: spoil(defect, TWIN))
    return find(made, wanted, settings=QUICK)


@pytest.mark.parametrize("family", drawn._UNNAMED)
def test_every_value_without_a_name_is_refused(family: str) -> None:
    @settings(STEADY, max_examples=150)
    @given(drawn._UNNAMED[family])
    def check(defect: Defect) -> None:
        one = spoil(defect, TWIN)
        if one.defect.name == "text-mutated" and not drawn._is_no_object(str(one.content)):
            return
        assert verdict(one.body, one.content_type, 3) != "valid", one.describe()
        assert one.defect.family == family

    check()


@pytest.mark.parametrize(
    ("family", "wanted"),
    [
        ("envelope", lambda one: one.content is None and b"[" in one.body),
        ("envelope", lambda one: one.content is not None and len(one.content) > 2),
        ("text", lambda one: one.defect.name == "text-mutated"),
        ("text", lambda one: one.content.startswith("[")),
        ("text", lambda one: one.content in ("true", "false", "null")),
        ("text", lambda one: not one.content.isascii()),
        ("v", lambda one: one.after.isdigit()),
        ("epoch", lambda one: one.after.startswith('"')),
        ("ct", lambda one: one.after.startswith("[")),
        ("ct", lambda one: one.after.isascii() and one.after.strip('"').isalnum() and '"' in one.after),
        ("ct", lambda one: "\\u" in one.after and "abc" in one.after),
        ("length", lambda one: len(one.content) == 4097),
        ("length", lambda one: len(one.content) > 16000),
        ("body", lambda one: one.defect.requirement == "SEND-BODY-NOT-JSON"),
        ("body", lambda one: one.defect.requirement == "SEND-BODY-NOT-OBJECT" and one.body == b"null"),
    ],
)
def test_each_kind_is_drawn(family: str, wanted: Callable[[Any], bool]) -> None:
    assert any_of(family, wanted)


def test_a_character_that_no_base64_has_is_put_into_a_ciphertext() -> None:
    # Made here, and no literal: literals are among what Hypothesis draws.
    ct = base64.b64encode(bytes(range(100, 121))).decode()
    twin = Bundle(f'{{"v":2,"epoch":3,"ct":"{ct}"}}', b"", 3, ct)

    def is_foreign(one: Any) -> bool:
        sent = json.loads(one.after)
        return isinstance(sent, str) and len(sent) == len(ct) + 1 and any(sent.replace(char, "") == ct for char in sent)

    made = drawn._UNNAMED["ct"].map(lambda defect: spoil(defect, twin))
    assert find(made, is_foreign, settings=QUICK)


def test_what_is_put_into_a_ciphertext_is_of_no_alphabet_of_base64() -> None:
    for letter in (str.isalnum, "+/=-_".__contains__):
        with pytest.raises(NoSuchExample):
            find(drawn._FOREIGN, lambda char, is_one=letter: char.isascii() and is_one(char), settings=QUICK)


def test_bodies_have_the_words_of_the_named_ones() -> None:
    titles = {any_of("body", lambda one, id_=id_: one.defect.requirement == id_).defect.title for id_ in BODY_TITLES}
    assert titles == set(BODY_TITLES.values())


BODY_TITLES = {"SEND-BODY-NOT-JSON": "the body is no JSON", "SEND-BODY-NOT-OBJECT": "the body is no object"}


def test_the_heaviest_are_cases_of_their_own() -> None:
    @settings(STEADY, max_examples=200)
    @given(st.sampled_from(["length", "text"]).flatmap(drawn._any_of))
    def check(defect: Defect) -> None:
        assert defect.name not in drawn._HEAVY

    check()


def test_named_defects_are_drawn_twice_as_often() -> None:
    names: list[str] = []

    @settings(STEADY, max_examples=300)
    @given(drawn._any_of("v"), st.integers(0, 2**32))  # the second, since of few values each is drawn but once
    def draw(defect: Defect, _: int) -> None:
        names.append(defect.name)

    draw()
    assert "v-float" not in names  # observed only
    assert 0.15 < names.count("v-any") / len(names) < 0.55


def test_a_request_too_long_by_its_spelling_is_passed_over() -> None:
    long = Bundle('{"v":2,"epoch":3,"ct":"abc+/w=="}' + " " * 4063, b"", 3, "abc+/w==")
    for name in ("extra-member", "text-trailing"):
        defect = defect_named(name)
        assert len(str(spoil(defect, long).content)) > 4096
        with pytest.raises(Unsatisfiable):
            find(drawn.malformed_bundles(defect, bundles=st.just(long)), lambda _: True, settings=QUICK)
