"""Secrets: each of the three nets by itself, and what a terminal is spared."""

import base64
import json
import threading
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.redact import MASK, Secrets, elide, printable

from .made import SECRET, UNHURRIED

# --- values that were registered ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("the session s3cr3t-value is unknown", "the session [masked] is unknown"),
        ("s3cr3t-values3cr3t-value", "[masked][masked]"),
        ("czNjcjN0LXZhbHVl", "[masked]"),
        ("Basic czNjcjN0LXZhbHVl==", "Basic [masked]=="),
        ("s3cr3t-valu", "s3cr3t-valu"),
        ("S3CR3T-VALUE", "S3CR3T-VALUE"),
        ("", ""),
    ],
)
def test_a_registered_value_is_masked_wherever_it_turns_up(text: str, masked: str) -> None:
    assert Secrets([SECRET]).mask(text) == masked


@pytest.mark.parametrize(
    ("secret", "form"),
    [
        ("a/b c+d?e", "a%2Fb%20c%2Bd%3Fe"),
        ('quote"and\\slash', 'quote\\"and\\\\slash'),
        ("schlüssel", "schl\\u00fcssel"),
        ("schlüssel", "schl%C3%BCssel"),
        ("secret-of-20-letters", "c2VjcmV0LW9mLTIwLWxldHRlcnM="),
        ("secret-of-20-letters", "c2VjcmV0LW9mLTIwLWxldHRlcnM"),
        ("ÿÿÿ>>>???", "w7_Dv8O_Pj4-Pz8_"),
        ("ÿÿÿ>>>???", "w7/Dv8O/Pj4+Pz8/"),
    ],
)
def test_the_forms_in_which_a_secret_travels_are_masked(secret: str, form: str) -> None:
    assert Secrets([secret]).mask(f"<{form}>") == "<[masked]>"


def test_a_secret_that_contains_another_is_masked_whole() -> None:
    assert Secrets(["secret", "secret-and-more"]).mask("secret-and-more, secret") == "[masked], [masked]"


def test_a_secret_may_be_a_pattern_of_regular_expressions() -> None:
    assert Secrets(["a.c(d[e"]).mask("a.c(d[e abcd") == "[masked] abcd"


def test_a_short_value_is_found_by_its_name_alone() -> None:
    secrets = Secrets(["abcde"])
    assert secrets.mask("abcde") == "abcde"
    assert secrets.mask('{"token": "abcde"}') == '{"token": "[masked]"}'
    assert secrets.mask_headers({"Cookie": "psession=abcde"}) == {"Cookie": "[masked]"}


def test_a_value_registered_later_is_masked_from_then_on() -> None:
    secrets = Secrets()
    assert secrets.mask(SECRET) == SECRET
    secrets.add(SECRET)
    assert secrets.mask(SECRET) == MASK


def test_a_lone_surrogate_is_no_obstacle() -> None:
    # An environment variable that is not UTF-8 has them.
    assert Secrets(["token-\udcff-x"]).mask("token-\udcff-x") == MASK


@UNHURRIED
@given(st.text(min_size=6, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_no_form_of_a_secret_survives(secret: str, before: str, after: str) -> None:
    secrets = Secrets([secret])
    forms = [
        secret,
        quote(secret, safe=""),
        base64.b64encode(secret.encode()).decode(),
        base64.urlsafe_b64encode(secret.encode()).decode(),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
    ]
    for form in forms:
        masked = secrets.mask(before + form + after)
        assert MASK in masked
        assert form not in masked.replace(MASK, "") or form in before + after


@pytest.mark.parametrize("length", [6, 7, 14, 15, 16, 40])
@pytest.mark.parametrize("offset", range(17))
def test_a_secret_is_found_wherever_it_begins(length: int, offset: int) -> None:
    secret = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"[:length]
    text = "." * offset + secret + "."
    assert Secrets([secret]).mask(text) == "." * offset + MASK + "."


def test_values_are_registered_while_others_mask() -> None:
    secrets = Secrets()
    wrong: list[str] = []

    def register(worker: int) -> None:
        for number in range(50):
            value = f"secret-{worker}-{number}"
            secrets.add(value)
            if secrets.mask(f"<{value}>") != "<[masked]>":
                wrong.append(value)

    threads = [threading.Thread(target=register, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# --- JSON members and headers, by name ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["session", "psession", "token", "cookie", "password", "secret", "private_key", "api_key"]
)
def test_a_json_member_is_masked_by_its_name(name: str) -> None:
    assert Secrets().mask(f'{{"{name}": "x", "epoch": 1}}') == f'{{"{name}": "[masked]", "epoch": 1}}'


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('{"token"  :\n"x"}', '{"token"  :\n"[masked]"}'),
        (r'{"token":"a\"b\\","v":2}', '{"token":"[masked]","v":2}'),
        ('{"token": ""}', '{"token": "[masked]"}'),
        ('{"session_id": "s-9"}', '{"session_id": "s-9"}'),
        ('{"public_key": "AAAA"}', '{"public_key": "AAAA"}'),
        ('{"error": "token expired"}', '{"error": "token expired"}'),
    ],
)
def test_where_a_member_begins_and_ends(text: str, masked: str) -> None:
    assert Secrets().mask(text) == masked


def test_headers_that_carry_credentials_are_masked_whole() -> None:
    headers = {
        "Authorization": "Bearer x",
        "proxy-authorization": "x",
        "COOKIE": "a=b",
        "Set-Cookie": "a=b",
        "X-API-Key": "x",
        "Content-Type": "application/json",
        "X-Echo": f"you sent {SECRET}",
    }
    assert Secrets([SECRET]).mask_headers(headers) == {
        "Authorization": "[masked]",
        "proxy-authorization": "[masked]",
        "COOKIE": "[masked]",
        "Set-Cookie": "[masked]",
        "X-API-Key": "[masked]",
        "Content-Type": "application/json",
        "X-Echo": "you sent [masked]",
    }


# --- what is printed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\u001b[31mred\\u001b[0m"),
        ("\x1b]0;title\x07", "\\u001b]0;title\\u0007"),
        ("a\rb", "a\\u000db"),
        ("a\x00b\x7fc\x9bd", "a\\u0000b\\u007fc\\u009bd"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u2066\u2069\u200e\u200f\u061c", "\\u2066\\u2069\\u200e\\u200f\\u061c"),
        ("one\u2028two\u2029three", "one\\u2028two\\u2029three"),
        ("lone \ud800", "lone \\ud800"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("ünï \N{GRINNING FACE} שלום", "ünï \N{GRINNING FACE} שלום"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_as_its_code(hostile: str, shown: str) -> None:
    assert printable(hostile) == shown


@UNHURRIED
@given(st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "L"]), max_size=60))
def test_printable_text_can_be_written_and_stays_on_its_lines(text: str) -> None:
    shown = printable(text)
    shown.encode("utf-8")
    assert len(shown.splitlines()) <= text.count("\n") + 1
    assert printable(shown) == shown


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("short", 10, "short"),
        ("x" * 10, 10, "x" * 10),
        ("two\nlines\tand a tab", 40, "two\\nlines\\tand a tab"),
        ("abcdefghijklmnopqrstuvwxyz", 12, "abcdefgh…xyz (26 characters)"),
        ("\x1b" * 4, 12, "\\u001b\\u…01b (4 characters)"),
    ],
)
def test_elided_to_a_line(text: str, limit: int, line: str) -> None:
    assert elide(text, limit) == line


@UNHURRIED
@given(st.text(max_size=3000), st.integers(8, 200))
def test_what_is_elided_is_one_line_of_bounded_length(text: str, limit: int) -> None:
    line = elide(text, limit)
    assert len(line.splitlines()) <= 1
    assert len(line) <= limit + len(" (3000 characters)…")
