"""How a bundle is spelled, and how a spoiled text is cut down to what a person reads, word for word."""

import pytest

from conformance.strategies.spelling import COMPACT, GAPS_MAX, JSON_WHITESPACE, MEMBERS, Layout, excerpts, quoted

TOKENS = {"v": "2", "epoch": "3", "ct": '"AB=="'}


def test_what_a_bundle_consists_of() -> None:
    assert MEMBERS == ("v", "epoch", "ct")
    assert JSON_WHITESPACE == " \t\n\r"
    assert GAPS_MAX == 14
    assert Layout() == COMPACT


def test_every_gap_has_its_place() -> None:
    gaps = tuple("abcdefghijklmn")
    assert Layout(gaps=gaps).write(TOKENS) == 'a{b"v"c:d2e,f"epoch"g:h3i,j"ct"k:l"AB=="m}n'
    assert Layout(gaps=(*gaps, "o")).write(TOKENS) == Layout(gaps=gaps).write(TOKENS)
    assert Layout(gaps=gaps[:3]).write(TOKENS) == 'a{b"v"c:2,"epoch":3,"ct":"AB=="}'
    assert Layout(gaps=gaps).write({"v": "2"}) == 'a{b"v"c:d2e}f'
    assert Layout(gaps=gaps).write({}) == "a{b}c"


def test_members_may_be_written_in_any_order_and_twice() -> None:
    assert COMPACT.write_members([('"v"', "1"), ('"v"', "2")]) == '{"v":1,"v":2}'


def test_escapes() -> None:
    assert Layout(escape_names=True).name("ct") == r'"\u0063\u0074"'
    assert Layout().name("ct") == '"ct"'
    assert Layout().text('a/"\n\u00fc') == r'"a/\"\n\u00fc"'
    assert Layout(escape_slashes=True).text("a/b") == r'"a\/b"'
    assert Layout(escaped="b/").text("a/b") == r'"a\u002f\u0062"'
    assert Layout(escaped="b/", escape_slashes=True).text("a/b") == r'"a\u002f\u0062"'
    assert quoted("\u00fc\ud800") == r'"\u00fc\ud800"'


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        (Layout(), "compact"),
        (Layout(gaps=("", "")), "compact"),
        (Layout(order=("ct", "v", "epoch")), "order ct v epoch"),
        (Layout(gaps=("", " \n", "\t")), "3 of whitespace"),
        (Layout(escaped="+/"), "escaped +/"),
        (Layout(escape_names=True), "escaped names"),
        (Layout(escape_slashes=True), "escaped slashes"),
        (
            Layout(("ct", "v", "epoch"), (" ",), "A", escape_names=True, escape_slashes=True),
            "order ct v epoch, 1 of whitespace, escaped A, escaped names, escaped slashes",
        ),
    ],
)
def test_what_is_unusual_about_a_spelling_is_said(layout: Layout, said: str) -> None:
    assert layout.peculiarities() == said


ALPHABET = "abcdefghijklmnopqrstuvwxyz"
LONG = ALPHABET + ALPHABET.upper()  # 52 characters


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("abc", "abd", ("abc", "abd")),
        ("", "", ("", "")),
        ("abc", "", ("abc", "")),
        ('"\\', "'", ('"\\', "'")),
        ("caf\u00e9\n\t\u2028", "\x00\U0001f600", (r"caf\xe9\n\t\u2028", r"\x00\U0001f600")),
        # up to 48 characters are shown whole
        ("x" + LONG[:47], LONG[:48], ("x" + LONG[:47], LONG[:48])),
        (LONG[:47] + "0", LONG[:47] + "1", (LONG[:47] + "0", LONG[:47] + "1")),
        # of longer ones what begins twelve characters before the first difference
        (LONG[:49], LONG[:20] + "0", ("\u2026" + LONG[8:49], "\u2026" + LONG[8:20] + "0")),
        (LONG[:49], LONG[:13] + "0", ("\u2026" + LONG[1:49], "\u2026" + LONG[1:13] + "0")),
        (LONG[:49], LONG[:12] + "0", (LONG[:48] + "\u2026", LONG[:12] + "0")),
        (LONG[:49], "0", (LONG[:48] + "\u2026", "0")),
        (LONG[:48], LONG, ("\u2026" + LONG[36:48], "\u2026" + LONG[36:])),
        (LONG, LONG, ("\u2026" + LONG[40:], "\u2026" + LONG[40:])),
        # escapes count as they are shown
        ("\n" * 24, "\n" * 24, (r"\n" * 24, r"\n" * 24)),
        ("\n" * 25, "\n", (r"\n" * 24 + "\u2026", r"\n")),
    ],
)
def test_two_texts_are_cut_to_where_they_differ(before: str, after: str, shown: tuple[str, str]) -> None:
    assert excerpts(before, after) == shown
    assert excerpts(after, before) == shown[::-1]
