"""Secrets, and how they are masked before anything is logged, printed or stored.

Three nets, since any one of them has holes: headers by name, JSON members by name, and every value that was
registered as secret, wherever it turns up (a target may echo a cookie in an error text).
"""

import base64
import json
import re
import threading
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

MASK = "[masked]"

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
_SECRET_NAMES = ("session", "psession", "token", "cookie", "password", "secret", "private_key", "api_key")
_SECRET_MEMBERS = re.compile(rf"(\"(?:{'|'.join(_SECRET_NAMES)})\"\s*:\s*)\"(?:[^\"\\]|\\.)*\"", re.IGNORECASE)
# A shorter value is found in innocent text too: it is masked only where a header or a member names it.
_SHORTEST = 6
_URL_SAFE = str.maketrans("+/", "-_")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class Secrets:
    """The values of a run that nobody may read in its artefacts. Safe to share among threads."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        # Longest first. Searched one by one: a pattern of hundreds of alternatives is slow to make and to match.
        self._values: tuple[str, ...] = ()
        for value in values:
            self.add(value)

    def add(self, value: str) -> None:
        """Register a secret in its raw, JSON-escaped, URL-encoded and base64 forms."""
        if len(value) < _SHORTEST:
            return
        forms = {value, quote(value, safe="", errors="surrogatepass")}
        forms.update(json.dumps(value, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))
        encoded = base64.b64encode(value.encode("utf-8", "surrogatepass")).decode("ascii")
        for alphabet in (encoded, encoded.translate(_URL_SAFE)):
            forms.update({alphabet, alphabet.rstrip("=")})
        with self._lock:
            self._values = tuple(sorted(forms.union(self._values), key=len, reverse=True))

    def mask(self, text: str) -> str:
        """``text`` with each registered secret, and each JSON member with a secret's name, masked."""
        masked = _SECRET_MEMBERS.sub(rf'\1"{MASK}"', text)
        for value in self._values:
            if value in masked:
                masked = masked.replace(value, MASK)
        return masked

    def mask_body(self, text: str) -> str:
        """A body, masked also where JSON escapes hide a secret or the name of its member."""
        try:
            parsed = json.loads(text)
            masked = self._masked(parsed)
            return self.mask(text if masked == parsed else json.dumps(masked, ensure_ascii=False))
        except (ValueError, RecursionError):
            return self.mask(text)

    def _masked(self, value: Any) -> Any:
        match value:
            case str():
                return self.mask(value)
            case list():
                return [self._masked(one) for one in value]
            case dict():
                return {
                    self.mask(name): MASK if _names_a_secret(name) and isinstance(one, str) else self._masked(one)
                    for name, one in value.items()
                }
            case _:
                return value

    def mask_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """``headers`` with the values of those that carry credentials masked."""
        return {name: MASK if name.lower() in _SECRET_HEADERS else self.mask(value) for name, value in headers.items()}


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
