"""A target that gives back whatever secret it was shown, in every place and form that it can think of."""

import base64
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from rooms.raw import Connection

from .proxy import Line, Request, Spoiler

URL_SAFE = str.maketrans("+/", "-_")
Place = Callable[[str, bytes, bytes], tuple[bytes, bytes]]
"""Puts a secret into an answer: head and body in, head and body out."""


def _member(form: Callable[[str], str]) -> Place:
    def put(secret: str, head: bytes, body: bytes) -> tuple[bytes, bytes]:
        return head, body.rstrip()[:-1] + b',"planted":' + form(secret).encode() + b"}"

    return put


def _header(form: Callable[[str], str]) -> Place:
    def put(secret: str, head: bytes, body: bytes) -> tuple[bytes, bytes]:
        return head + b"\r\n" + form(secret).encode(), body

    return put


def _reason(secret: str, head: bytes, body: bytes) -> tuple[bytes, bytes]:
    return re.sub(rb"^(HTTP/1.1 \d+) [^\r]*", lambda one: one[1] + b" " + secret.encode(), head), body


def _escaped(text: str) -> str:
    return '"' + "".join(f"\\u{ord(one):04x}" for one in text) + '"'


def _base64(text: str, before: str = "") -> str:
    return base64.b64encode((before + text).encode()).decode()


IN_ANSWERS: dict[str, Place] = {
    "a member": _member(json.dumps),
    "a member's name": _member(lambda secret: json.dumps({secret: 1})),
    "a list in a list": _member(lambda secret: json.dumps([[[secret]]])),
    "within a sentence": _member(lambda secret: json.dumps(f"the session {secret} is unknown, ask for another")),
    "escaped letter by letter": _member(_escaped),
    "JSON in a string": _member(lambda secret: json.dumps(json.dumps({"it": secret}))),
    "a member that is called session": _member(lambda secret: json.dumps({"session": secret})),
    "base64": _member(lambda secret: json.dumps(_base64(secret))),
    "base64, one letter before it": _member(lambda secret: json.dumps(_base64(secret, ":"))),
    "base64, two letters before it": _member(lambda secret: json.dumps(_base64(secret, "u:"))),
    "base64 of URLs": _member(
        lambda secret: json.dumps(base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="))
    ),
    "hexadecimal": _member(lambda secret: json.dumps(secret.encode().hex())),
    "HEXADECIMAL": _member(lambda secret: json.dumps(secret.encode().hex().upper())),
    "URL-encoded": _member(lambda secret: json.dumps(quote(secret, safe=""))),
    "a header": _header(lambda secret: f"X-Session: {secret}"),
    "a header of base64": _header(lambda secret: f"X-Basic: Basic {_base64(secret, 'user:')}"),
    "a header of hexadecimal": _header(lambda secret: f"X-Trace: {secret.encode().hex()}"),
    "a place to go to": _header(lambda secret: f"Location: /login?next={quote(secret, safe='')}"),
    "another cookie": _header(lambda secret: f"Set-Cookie: other={quote(secret, safe='')}; Path=/nowhere"),
    "the reason of the status": _reason,
}
IN_PACKETS: dict[str, Callable[[str], str]] = {
    "an event": lambda secret: f'42["odd:event",{json.dumps({"planted": secret})}]',
    "an event's name": lambda secret: f"42[{json.dumps('odd:' + secret)},{{}}]",
    "an event in base64": lambda secret: f'42["odd:event",[[{json.dumps(_base64(secret, "x"))}]]]',
    "an event in JSON": lambda secret: f'42["odd:event",{json.dumps(json.dumps({"token": secret}))}]',
}
PLACES = frozenset({*IN_ANSWERS, *IN_PACKETS})


@dataclass
class Planting(Spoiler):
    """Each answer and each packet has a secret in the next of its places. ``planted`` counts them."""

    planted: Counter[str] = field(default_factory=Counter)
    secrets: set[str] = field(default_factory=set)

    def request(self, connection: Connection, request: Request) -> bool:
        self.secrets.update(filter(None, [request.token, _session(request)]))
        return False

    def answer(self, request: Request, head: bytes, body: bytes) -> tuple[bytes, bytes]:
        secret = request.token or _session(request)
        if not secret or not body.rstrip().endswith(b"}"):
            return head, body
        name = self._next(IN_ANSWERS)
        return IN_ANSWERS[name](secret, head, body)

    def packet(self, line: Line, text: str) -> None:
        line.send(text)
        if text.startswith("42") and self.secrets:
            line.send(IN_PACKETS[self._next(IN_PACKETS)](min(self.secrets)))

    def _next(self, places: dict[str, Place] | dict[str, Callable[[str], str]]) -> str:
        name = min(places, key=self.planted.__getitem__)
        self.planted[name] += 1
        return name


def _session(request: Request) -> str:
    return request.cookie.partition("psession=")[2].partition(";")[0]


def forms(secret: str) -> set[str]:
    """How a secret may look in an artefact: every form that it was planted in."""
    raw = secret.encode()
    encoded = {secret, quote(secret, safe=""), raw.hex(), raw.hex().upper(), _escaped(secret)[1:-1]}
    for before in range(3):
        digits = base64.b64encode(b"x" * before + raw).decode()
        core = digits[before + (before > 0) : (before + len(raw)) * 8 // 6]
        encoded |= {core, core.translate(URL_SAFE)}
    return encoded
