"""The `curl` command that sends one stored exchange again, byte for byte, or why there is none.

A secret goes in as a variable of the environment, so the command may be shown to anybody. Where what is stored may not
be what was sent (masked, cut, or with characters that the log escapes), there is no command: better none than another
request.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.redact import MASK, printable

COOKIE = "psession"
"""What the cookie of a session is called where the results do not say."""
SESSION = "PORTAL_SESSION"
"""The variable that holds the value of that cookie."""

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]+")
_CUT = re.compile(r"… \(\d+ bytes\)\Z")
_ESCAPE = re.compile(r"\\u[0-9a-f]{4}")
_URL = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Curl:
    """One command line; where it is empty, ``why_not`` says why. ``actor`` is whose session it needs, if anybody's."""

    command: str = ""
    why_not: str = ""
    actor: str = ""


def of_check(document: Mapping[str, Any], scenario: Mapping[str, Any], check: Mapping[str, Any]) -> Curl | None:
    """The command for the one request that ``check`` is about; None where it is about none."""
    if check["exchange"] is None:
        return None
    about = [one for one in scenario["wire"] if one["index"] == check["exchange"] and one["kind"] == "http"]
    return of_exchange(document["target"], about[0]) if about else None


def of_exchange(target: Mapping[str, Any], exchange: Mapping[str, Any]) -> Curl:
    """The command that sends ``exchange`` to ``target`` again; both as the results document has them."""
    why_not = next(_obstacles(target, exchange), "")
    if why_not:
        return Curl(why_not=why_not)
    words = ["curl -sS -i --globoff --path-as-is", *_method(exchange)]
    for name, value in exchange["request_headers"].items():
        words.append(f"-H {_header(target, name, value)}")
    words += _unasked(exchange)
    words += [f"--data-raw {shlex.quote(exchange['request_body'])}"] if _has_body(exchange) else []
    words.append(shlex.quote(_url(target, exchange)))
    asks_for = exchange["actor"] if any(map(_is_cookie, exchange["request_headers"])) else ""
    return Curl(" ".join(words), actor=asks_for)


def _obstacles(target: Mapping[str, Any], exchange: Mapping[str, Any]) -> Iterator[str]:
    """Why the command would not send what was sent."""
    if target["embedded"]:
        yield "the embedded server ended with the run"
    if not target["url"] or not _URL.fullmatch(_url(target, exchange)) or MASK in exchange["path"]:
        yield "its address is not stored as it was"
    headers = exchange["request_headers"]
    masked = [name for name, value in headers.items() if MASK in value and not (_is_cookie(name) and value == MASK)]
    if masked:
        yield f"its header {', '.join(map(printable, masked))} is masked"
    if any(not text.isascii() or not text.isprintable() for pair in headers.items() for text in pair):
        yield "a header has characters that a command line cannot carry"
    yield from _of_body(exchange["request_body"])


def _of_body(body: str) -> Iterator[str]:
    if _CUT.search(body):
        yield "its body was too long to be stored whole"
    if MASK in body:
        yield "something in its body is masked"
    if "\ufffd" in body:
        yield "its body is no text, or has a character that stands for what is none"
    if any(printable(one.group().encode().decode("unicode_escape")) == one.group() for one in _ESCAPE.finditer(body)):
        # Whether the request had the escape, or the character itself, the log does not tell.
        yield "its body may have characters that the log escapes"
    if printable(body) != body:
        yield "its body has characters that no command line can carry"


def _method(exchange: Mapping[str, Any]) -> list[str]:
    method = exchange["method"]
    if method == "GET" and not exchange["request_body"]:
        return []
    return ["-I"] if method == "HEAD" else [f"-X {shlex.quote(method)}"]


def _has_body(exchange: Mapping[str, Any]) -> bool:
    # Also an empty one: what would have a body, and has none, says so by its length.
    return bool(exchange["request_body"]) or exchange["method"] in {"POST", "PUT", "PATCH"}


def _unasked(exchange: Mapping[str, Any]) -> list[str]:
    """What keeps curl from calling a body a form, where the request did not say what it is."""
    named = any(name.lower() == "content-type" for name in exchange["request_headers"])
    return ["-H 'Content-Type:'"] if _has_body(exchange) and not named else []


def _is_cookie(name: str) -> bool:
    return name.lower() == "cookie"


def _header(target: Mapping[str, Any], name: str, value: str) -> str:
    if not _is_cookie(name):
        # Without a value curl would leave the header out, unless a semicolon stands for it.
        return shlex.quote(f"{name}: {value}" if value else f"{name};")
    cookie = str(target.get("cookie") or COOKIE)
    if _PLAIN_NAME.fullmatch(cookie):
        return f'"{name}: {cookie}=${SESSION}"'
    return f'{shlex.quote(f"{name}: {cookie}=")}"${SESSION}"'


def _url(target: Mapping[str, Any], exchange: Mapping[str, Any]) -> str:
    return str(target["url"]).rstrip("/") + str(exchange["path"])
