"""What each defect sends, word for word: `tables/defects.txt` has every variant of every one, made from one twin.

A block has the defect, where it spoils what and how that is told, and each body that may be sent: behind ``=`` where
the request says to have the content of that body, behind ``-`` where it says to have none.
"""

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.strategies.bundles import Bundle
from conformance.strategies.defects import DEFECTS, Defect, Malformed, defect_named, spoil
from conformance.strategies.spelling import Layout

TABLE = Path(__file__).with_name("tables") / "defects.txt"
TWIN = Bundle('{"v":2,"epoch":3,"ct":"abc+/w=="}', b"", 3, "abc+/w==")
VARIANTS = 16
"""How many variants of a defect are listed at most; a ciphertext's last character has as many as base64 has."""


class Each(random.Random):
    """Takes the options one after another, and of the places the first, the last and the one between."""

    def __init__(self, turn: int) -> None:
        super().__init__()
        self.turn = turn
        self.turns = 0

    def choice(self, seq: Sequence[Any]) -> Any:
        self.turns = max(self.turns, len(seq))
        return seq[self.turn % len(seq)]

    def randint(self, a: int, b: int) -> int:
        return self.choice((a, b, (a + b) // 2))


def body_of(one: Malformed) -> str:
    text = one.body.decode("utf-8", "backslashreplace")
    if len(text) > 200:
        text = f"{text[:40]} … {text[-20:]} ({len(text)} characters, {hashlib.sha256(one.body).hexdigest()[:12]})"
    shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    return shown if one.content_type == "application/json" else f"{shown} as {one.content_type}"


def sign_of(one: Malformed) -> str:
    if one.content is None:
        return "-"
    assert one.where == "body" or json.loads(one.body) == {"content": one.content}
    return "="


def lines_of(defect: Defect) -> Iterator[str]:
    statuses = " ".join(map(str, sorted(defect.statuses))) if len(defect.statuses) < 9 else "a clean 4xx"
    graded = "graded" if defect.graded else "observed"
    yield f"{defect.name}: {defect.title} ({defect.family}, {defect.requirement}, {graded}, {statuses})"
    first = spoil(defect, TWIN)
    yield f"  {first.where}: {first.before} -> {first.after}"
    every = [first, spoil(defect, TWIN, rnd=(each := Each(0)))]
    every += [spoil(defect, TWIN, rnd=Each(turn)) for turn in range(1, min(each.turns, VARIANTS))]
    yield from dict.fromkeys(f"  {sign_of(one)} {body_of(one)}" for one in every)


LISTED = {block.partition(":")[0]: block for block in TABLE.read_text("utf-8").rstrip("\n").split("\n\n")}


def test_the_table_has_every_defect_in_the_order_of_the_catalogue() -> None:
    assert list(LISTED) == [defect.name for defect in DEFECTS]


@pytest.mark.parametrize("name", LISTED)
def test_a_defect_sends_what_the_table_says(name: str) -> None:
    assert "\n".join(lines_of(defect_named(name))) == LISTED[name]


# --- other twins ------------------------------------------------------------------------------------------------

LAYOUT = Layout(gaps=(" ",), escape_names=True, escape_slashes=True)
SPELLED = Bundle(LAYOUT.write({"v": "2", "epoch": "-3", "ct": LAYOUT.text("a/bcde==")}), b"", -3, "a/bcde==", LAYOUT)
V, EPOCH, CT = r'"\u0076"', r'"\u0065\u0070\u006f\u0063\u0068"', r'"\u0063\u0074"'
BARE = replace(TWIN, content='{"v":2,"epoch":3,"ct":"abcdefgh"}', ct="abcdefgh")


def contents(name: str, twin: Bundle, *turns: int) -> list[str]:
    made = [spoil(defect_named(name), twin, rnd=Each(turn)) for turn in turns or (0,)]
    assert all(one.twin is twin for one in made)
    return [str(one.content) for one in made]


def test_an_unusual_spelling_is_kept_where_it_is_not_spoiled() -> None:
    assert SPELLED.content == f' {{{V}:2,{EPOCH}:-3,{CT}:"a\\/bcde=="}}'
    assert contents("v-string", SPELLED) == [f' {{{V}:"2",{EPOCH}:-3,{CT}:"a\\/bcde=="}}']
    assert contents("text-unquoted-name", SPELLED, 2) == [f' {{{V}:2,{EPOCH}:-3,ct:"a\\/bcde=="}}']
    assert contents("member-miscased", SPELLED, 1) == [f' {{{V}:2,"EPOCH":-3,{CT}:"a\\/bcde=="}}']
    assert contents("duplicate-v", SPELLED) == [f' {{{V}:1,{V}:2,{EPOCH}:-3,{CT}:"a\\/bcde=="}}']
    assert contents("duplicate-epoch", SPELLED) == [f' {{{EPOCH}:-2,{V}:2,{EPOCH}:-3,{CT}:"a\\/bcde=="}}']
    assert contents("text-bare-control", SPELLED) == [f' {{{V}:2,{EPOCH}:-3,{CT}:"\na\\/bcde=="}}']
    assert contents("text-unknown-escape", SPELLED, 1) == [f' {{{V}:2,{EPOCH}:-3,{CT}:"\\aa\\/bcde=="}}']
    assert contents("ct-url-safe", SPELLED) == [f' {{{V}:2,{EPOCH}:-3,{CT}:"a_bcde=="}}']
    assert contents("ct-space-behind", SPELLED) == [f' {{{V}:2,{EPOCH}:-3,{CT}:"a\\/bcde== "}}']


def test_a_text_is_cut_before_its_last_mark_and_not_in_its_whitespace() -> None:
    padded = replace(TWIN, content=f" {TWIN.content}\n")
    assert contents("text-cut-short", padded, 0, 1, 2) == ["{", TWIN.content[:-1], '{"v":2,"epoch":3']


def test_numbers_spelled_in_other_ways_have_no_second_sign() -> None:
    assert contents("text-leading-zero", SPELLED, 0, 1) == [
        f' {{{V}:2,{EPOCH}:03,{CT}:"a\\/bcde=="}}',
        f' {{{V}:2,{EPOCH}:003,{CT}:"a\\/bcde=="}}',
    ]
    twin = replace(TWIN, epoch=-171)
    assert contents("text-hexadecimal", twin) == ['{"v":2,"epoch":0xab,"ct":"abc+/w=="}']


def test_hexadecimal_epochs_have_eight_bytes() -> None:
    twin = replace(TWIN, epoch=2**64 + 171)
    assert contents("epoch-string-hex", twin, 0, 1, 2) == [
        '{"v":2,"epoch":"00000000000000ab","ct":"abc+/w=="}',
        '{"v":2,"epoch":"0xab","ct":"abc+/w=="}',
        '{"v":2,"epoch":"0x00000000000000AB","ct":"abc+/w=="}',
    ]


def test_a_ciphertext_without_any_mark_of_base64_is_spoiled_all_the_same() -> None:
    assert contents("ct-padding-missing", BARE, 0, 1) == ['{"v":2,"epoch":3,"ct":"abcdefg"}'] * 2
    assert contents("ct-percent-encoded", BARE) == ['{"v":2,"epoch":3,"ct":"%61bcdefgh"}']
    assert contents("ct-url-safe", BARE) == ['{"v":2,"epoch":3,"ct":"-bcdefgh"}']
    assert contents("ct-stray-bits", BARE) == ['{"v":2,"epoch":3,"ct":"abcdefB="}']
    assert contents("ct-one-character-over", BARE) == ['{"v":2,"epoch":3,"ct":"abcdA"}']


def test_one_padding_character_leaves_two_stray_bits() -> None:
    twin = replace(TWIN, content='{"v":2,"epoch":3,"ct":"abc="}', ct="abc=")
    assert contents("ct-stray-bits", twin, 0, 1, 2) == [
        '{"v":2,"epoch":3,"ct":"abd="}',
        '{"v":2,"epoch":3,"ct":"abf="}',
        '{"v":2,"epoch":3,"ct":"abe="}',
    ]


def test_a_short_ciphertext_keeps_39_24_23_or_1_bytes() -> None:
    # 42 bytes, each of them 0x69 0xb7 0x1d in turn
    twin = replace(TWIN, ct="abcd" * 14)
    assert contents("ct-short", twin, 0, 1, 2, 3) == [
        '{"v":2,"epoch":3,"ct":"' + "abcd" * 13 + '"}',
        '{"v":2,"epoch":3,"ct":"' + "abcd" * 8 + '"}',
        '{"v":2,"epoch":3,"ct":"' + "abcd" * 7 + 'abc="}',
        '{"v":2,"epoch":3,"ct":"aQ=="}',
    ]


def test_lines_have_64_characters() -> None:
    twin = replace(TWIN, ct="a" * 64 + "b" * 64 + "cccc")
    lines = "a" * 64, "b" * 64, "cccc", ""
    assert contents("ct-line-breaks", twin, 0, 1) == [
        '{"v":2,"epoch":3,"ct":"' + r"\n".join(lines[:-1]) + r"\n" + '"}',
        '{"v":2,"epoch":3,"ct":"' + r"\r\n".join(lines[:-1]) + r"\n" + '"}',
    ]


def test_whitespace_gives_way_where_the_length_were_a_second_defect() -> None:
    layout = Layout(gaps=("", " " * 4063))
    twin = replace(TWIN, content=layout.write(TWIN.tokens()), layout=layout)
    assert len(twin.content) == 4096
    assert contents("v-0", twin) == ["{" + " " * 4063 + '"v":0,"epoch":3,"ct":"abc+/w=="}']
    assert contents("v-20", twin) == ['{"v":20,"epoch":3,"ct":"abc+/w=="}']


def test_a_nested_epoch_takes_the_room_that_is_left() -> None:
    (content,) = contents("nesting-epoch", TWIN)
    assert content == '{"v":2,"epoch":' + "[" * 2031 + "3" + "]" * 2031 + ',"ct":"abc+/w=="}'
    assert len(content) == 4095
    full = replace(TWIN, content=TWIN.content + " " * 4063)
    assert contents("nesting-epoch", full) == ['{"v":2,"epoch":[3],"ct":"abc+/w=="}']


def test_only_padding_counts_as_padding() -> None:
    twin = replace(TWIN, content='{"v":2,"epoch":3,"ct":"abX="}', ct="abX=")
    assert contents("ct-outside-alphabet", twin, 1) == ['{"v":2,"epoch":3,"ct":"ab#="}']
    assert contents("ct-space-inside", twin, 1) == ['{"v":2,"epoch":3,"ct":"ab X="}']
    assert contents("ct-padding-missing", twin, 1) == ['{"v":2,"epoch":3,"ct":"abX"}']
