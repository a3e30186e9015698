"""Secrets, and how they are masked before anything is logged, printed or stored.

Three nets, since any one of them has holes: headers by name, JSON members by name, and every value that was
registered as secret, wherever it turns up (a target may echo a cookie in an error text).
"""

import base64
import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

MASK = "[masked]"

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
_SECRET_NAMES = ("session", "psession", "token", "cookie", "password", "secret", "private_key", "api_key")
_SECRET_MEMBERS = re.compile(rf"(\"(?:{'|'.join(_SECRET_NAMES)})\"\s*:\s*)\"(?:[^\"\\]|\\.)*\"", re.IGNORECASE)
# A shorter value is found in innocent text too: it is masked only where a header or a member names it.
_SHORTEST = 6
_BLOCK = 12
_STEP = re.compile(rf".{{{_BLOCK}}}", re.DOTALL)
_URL_SAFE = str.maketrans("+/", "-_")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class Secrets:
    """The values of a run that nobody may read in its artefacts. Safe to share among threads."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        # A run has some thousands of forms: to search every text for each of them, or for a pattern of so many
        # alternatives, costs more than the request itself. So a text is looked at in steps of a block, and the last
        # blocks of every form are indexed: wherever a long form lies in a text, one step falls on one of them. The
        # last, as the first are often the same in all of them.
        self._by_block: dict[str, list[str]] = {}
        self._short: set[str] = set()
        self._values: dict[str, None] = {}
        for value in values:
            self.add(value)

    def add(self, value: str) -> None:
        """Register a secret in its raw, JSON-escaped, URL-encoded, base64 and hexadecimal forms."""
        if len(value) < _SHORTEST or value in self._values:
            return
        forms = {value, quote(value, safe="", errors="surrogatepass"), *_encoded(value)}
        forms.update(json.dumps(value, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))
        with self._lock:
            self._values[value] = None
            self._short.update(form for form in forms if len(form) < 2 * _BLOCK - 1)
            for form in forms - self._short:
                for end in range(len(form) - _BLOCK + 1, len(form) + 1):
                    self._by_block.setdefault(form[end - _BLOCK : end], []).append(form)

    @property
    def values(self) -> tuple[str, ...]:
        """What was registered, for another process of the same run: never to be written anywhere."""
        with self._lock:
            return tuple(self._values)

    def shown_in(self, text: str) -> bool:
        """Whether any form of a registered secret is in ``text``."""
        return any(form in text for form in self._likely(text))

    def mask(self, text: str) -> str:
        """``text`` with each registered secret, and each JSON member with a secret's name, masked."""
        masked = _SECRET_MEMBERS.sub(rf'\1"{MASK}"', text) if _may_name_a_secret(text) else text
        for value in self._likely(masked):
            masked = masked.replace(value, MASK)
        return masked

    def _likely(self, text: str) -> list[str]:
        """The secrets that ``text`` may hold, longest first: one may be a part of another."""
        steps = _STEP.findall(text)
        with self._lock:
            found = self._short.union(*(self._by_block[one] for one in self._by_block.keys() & steps))
        return sorted(found, key=len, reverse=True)

    def mask_body(self, text: str) -> str:
        """A body, masked also where JSON escapes hide a secret or the name of its member."""
        if "\\" not in text:
            return self.mask(text)
        flat = text.replace('\\"', '"')
        if "\\" not in flat and self.mask(flat) == flat:
            # No other escape than a quote's: a body of nothing but messages need not be read member by member.
            return self.mask(text)
        try:
            parsed = json.loads(text)
            hidden = self._hides(parsed)
            return self.mask(json.dumps(self.mask_json(parsed), ensure_ascii=False) if hidden else text)
        except (ValueError, RecursionError):
            return self.mask(text)

    def _hides(self, parsed: Any) -> bool:
        """Whether a string in it is, or names, a secret; they are looked at as one text, since a body has hundreds."""
        strings, named = [], False
        for name, string in _strings(parsed):
            strings.append(string)
            named = named or _names_a_secret(name)
        text = "\0".join(strings)
        return named or self.mask(text) != text

    def mask_json(self, value: Any) -> Any:
        """A JSON value, each of its strings masked."""
        match value:
            case str():
                return self.mask(value)
            case list():
                return [self.mask_json(one) for one in value]
            case dict():
                return {
                    self.mask(name): MASK if _names_a_secret(name) and isinstance(one, str) else self.mask_json(one)
                    for name, one in value.items()
                }
            case _:
                return value

    def mask_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """``headers`` with the values of those that carry credentials masked."""
        open_ones = "\0".join(value for name, value in headers.items() if name.lower() not in _SECRET_HEADERS)
        look = self.mask if self.mask(open_ones) != open_ones else str
        return {name: MASK if name.lower() in _SECRET_HEADERS else look(value) for name, value in headers.items()}


def _encoded(value: str) -> set[str]:
    """What ``value`` is in base64, wherever it stands in what is encoded, and in hexadecimal digits."""
    raw = value.encode("utf-8", "surrogatepass")
    whole = base64.b64encode(raw).decode("ascii")
    forms = {whole, whole.rstrip("="), raw.hex(), raw.hex().upper()}
    for before in (1, 2):
        # The first and the last digit are made of their neighbours too.
        digits = base64.b64encode(bytes(before) + raw).decode("ascii")
        forms.add(digits[before + 1 : (before + len(raw)) * 8 // 6])
    forms.add(whole[: len(raw) * 8 // 6])
    return forms | {form.translate(_URL_SAFE) for form in forms}


def strings_of(value: Any) -> Iterator[str]:
    """Each string of a JSON value, the names of members too."""
    return (string for _, string in _strings(value))


def _strings(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Each string of a JSON value, names too, with the name of the member that it is the value of."""
    match value:
        case str():
            yield name, value
        case list():
            for one in value:
                yield from _strings(one)
        case dict():
            for key, one in value.items():
                yield "", key
                yield from _strings(one, key)


def _may_name_a_secret(text: str) -> bool:
    """Whether a secret's name occurs at all: a look at each name is cheaper than the pattern for all of them."""
    folded = text.casefold()
    return any(name in folded for name in _SECRET_NAMES)


def _names_a_secret(member: str) -> bool:
    return member.lower() in _SECRET_NAMES


def printable(text: str) -> str:
    """``text`` on which a terminal or a log can be trusted: control characters, direction marks and such escaped."""
    return _CONTROL.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def elide(text: str, limit: int = 160) -> str:
    """``text`` on one line, its middle left out beyond ``limit`` characters, with the length it had."""
    line = printable(text).replace("\n", "\\n").replace("\t", "\\t")
    if len(line) <= limit:
        return line
    head, tail = limit * 2 // 3, limit // 4
    return f"{line[:head]}…{line[-tail:]} ({len(text)} characters)"
