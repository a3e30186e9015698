"""The floor: what a run exchanged, exchanged again by `http.client` and bare sockets, and nothing else done.

What is noted is compiled first, so that the clock sees only what no client could leave out. An id or a cookie that
the server makes anew is taken from its answer, as the run took it.
"""

import contextlib
import json
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from .frames import BareSocket

_SECRET = 8
_LATE_S = 0.25
# What is larger is a body that is refused for it, and holds no id.
_HOLDS_IDS = 100_000
# Ids of users and of chats are small numbers that mean nothing without the name of their member.
_KINDS = {"user": "user", "owner": "user", "member": "user", "chat": "chat"}
Token = tuple[str, str]
"""What a value is of, empty for what is long enough to speak for itself; and the value as text."""
Pointer = tuple[str | int, ...]


@dataclass(slots=True)
class Step:
    """One exchange or one packet, ready to be sent. ``uses`` are the values of the run that the server makes anew."""

    kind: str
    actor: tuple[int, str]
    method: str = ""
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    text: str = ""
    name: str = ""
    uses: tuple[Token, ...] = ()
    gives: tuple[tuple[Token, Pointer], ...] = ()


@dataclass(frozen=True, slots=True)
class Replayed:
    """How long it took, and what did not come as it came in the run."""

    seconds: float
    requests: int
    sockets: int
    events: int
    missed: int
    """Events that did not come again; the time that they were waited for is not in ``seconds``."""


# --- compiling ------------------------------------------------------------------------------------------------------


def compiled(notes: Mapping[str, Any]) -> list[Step]:
    """The steps of a run by what a `Spy` noted, in the order in which they began."""
    entries = sorted(notes["wire"], key=lambda one: one["at"])
    cookies = defaultdict(list)
    for log, actor, cookie in notes["cookies"]:
        cookies[log, actor].append(cookie)
    known: dict[Token, tuple[int, Pointer]] = {}
    steps = []
    for entry in entries:
        steps.append(_step(entry, cookies, known))
        if entry["kind"] == "http":
            for token, pointer in _leaves(_json(entry["response_body"])):
                known.setdefault(token, (len(steps) - 1, pointer))
    _give(steps, known)
    return steps


def _step(entry: Mapping[str, Any], cookies: Mapping[Any, list[str]], known: Collection[Token]) -> Step:
    actor = (entry["log"], entry["actor"])
    if entry["kind"] == "http":
        path, headers, body = entry["path"], entry["request_headers"], entry["request_body"]
        tokens = [*_in_path(path), *(("", one) for value in headers.values() for one in _words(value))]
        used = _used([*tokens, *(token for token, _ in _leaves(_json(body)))], known)
        return Step("http", actor, entry["method"], path, headers, body.encode("utf-8", "replace"), uses=used)
    name = entry["name"]
    if entry["direction"] == "connected":
        cookie = cookies[actor].pop(0) if cookies[actor] else ""
        return Step(
            "connected", actor, headers={"Cookie": cookie}, uses=_used([("", one) for one in _words(cookie)], known)
        )
    if entry["direction"] == "sent":
        said = [name, json.loads(entry["payload"])]
        used = _used([token for token, _ in _leaves(said)], known)
        return Step("sent", actor, text=json.dumps(said, ensure_ascii=False), uses=used)
    return Step(entry["direction"], actor, name=name)


def _words(value: str) -> list[str]:
    return [*value.partition("=")[2:], *value.split(" ")[1:]]


def _in_path(path: str) -> Iterator[Token]:
    parts = path.partition("?")[0].split("/")
    for before, part in pairwise(parts):
        yield _token(before, part)


def _token(name: str, value: str) -> Token:
    if len(value) >= _SECRET:
        return "", value
    return next((kind for word, kind in _KINDS.items() if word in name), name), value


def _used(tokens: Iterable[Token], known: Collection[Token]) -> tuple[Token, ...]:
    return tuple(dict.fromkeys(token for token in tokens if token in known))


def _give(steps: list[Step], known: Mapping[Token, tuple[int, Pointer]]) -> None:
    for token in {token for step in steps for token in step.uses}:
        at, pointer = known[token]
        steps[at].gives += ((token, pointer),)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _leaves(value: Any) -> Iterator[tuple[Token, Pointer]]:
    """Each string and number of a JSON value, with the way to it."""
    stack: list[tuple[Any, Pointer]] = [(value, ())]
    while stack:
        one, way = stack.pop()
        if isinstance(one, dict):
            stack += [(inner, (*way, name)) for name, inner in one.items()]
        elif isinstance(one, list):
            stack += [(inner, (*way, number)) for number, inner in enumerate(one)]
        elif isinstance(one, str | int) and not isinstance(one, bool):
            yield _token(_name_of(way), str(one)), way


def _name_of(way: Pointer) -> str:
    return next((str(part) for part in reversed(way) if isinstance(part, str)), "")


# --- playing --------------------------------------------------------------------------------------------------------


class Replay:
    """Plays the steps against a server that began as the run's did."""

    def __init__(self, url: str) -> None:
        self._there = urlsplit(url)
        self._line = HTTPConnection(self._there.hostname or "", self._there.port, timeout=30)
        self._sockets: dict[tuple[int, str], BareSocket] = {}
        self._values: dict[Token, str] = {}
        self._counts: Counter[str] = Counter()
        self._waited_in_vain = 0.0

    def play(self, steps: list[Step]) -> Replayed:
        """Play every step, and say how long it took."""
        began = time.perf_counter()
        for step in steps:
            getattr(self, f"_{step.kind}")(step)
        for socket in self._sockets.values():
            socket.close()
        self._line.close()
        seconds = time.perf_counter() - began - self._waited_in_vain
        return Replayed(seconds, *(self._counts[one] for one in ("requests", "sockets", "events", "missed")))

    def _stale(self, step: Step) -> bool:
        return any(self._values.get(token, token[1]) != token[1] for token in step.uses)

    def _anew(self, text: str, step: Step) -> str:
        """A cookie with the value that this server made."""
        for token in step.uses:
            if not token[0]:
                text = text.replace(token[1], self._values.get(token, token[1]))
        return text

    def _path_anew(self, path: str) -> str:
        before, question, query = path.partition("?")
        parts = before.split("/")
        renewed = [self._values.get(_token(name, part), part) for name, part in pairwise(parts)]
        return "/".join([parts[0], *renewed]) + question + query

    def _json_anew(self, text: str) -> str:
        said = _json(text)
        for token, pointer in list(_leaves(said)):
            new = self._values.get(token, token[1])
            if new != token[1] and pointer:
                holder = _at(said, pointer[:-1])
                holder[pointer[-1]] = type(holder[pointer[-1]])(new)
        return text if said is None else json.dumps(said, ensure_ascii=False)

    def _exchanged(self, step: Step) -> bytes:
        path, headers, body = step.path, step.headers, step.body
        if self._stale(step):
            path = self._path_anew(path)
            headers = {name: self._anew(value, step) for name, value in headers.items()}
            if any(kind for kind, _ in step.uses) and len(body) < _HOLDS_IDS:
                body = self._json_anew(body.decode("utf-8", "replace")).encode("utf-8", "replace")
        self._line.request(step.method, path, body or None, headers)
        return self._line.getresponse().read()

    def _http(self, step: Step) -> None:
        self._counts["requests"] += 1
        try:
            body = self._exchanged(step)
        except (HTTPException, OSError):
            self._line.close()
            return
        if step.gives:
            self._take(_json(body.decode("utf-8", "replace")), step)

    def _take(self, said: Any, step: Step) -> None:
        for token, pointer in step.gives:
            with contextlib.suppress(KeyError, IndexError, TypeError):
                self._values[token] = str(_at(said, pointer))

    def _connected(self, step: Step) -> None:
        self._counts["sockets"] += 1
        cookie = self._anew(step.headers["Cookie"], step)
        if before := self._sockets.pop(step.actor, None):
            before.close()
        self._sockets[step.actor] = BareSocket(self._there.hostname or "", self._there.port or 80, cookie)

    def _sent(self, step: Step) -> None:
        if socket := self._sockets.get(step.actor):
            socket.send_event(self._json_anew(step.text) if self._stale(step) else step.text)

    def _acknowledged(self, step: Step) -> None:
        socket = self._sockets.get(step.actor)
        if socket is not None and not socket.wait_for_ack(_LATE_S):
            self._counts["missed"] += 1

    def _received(self, step: Step) -> None:
        socket = self._sockets.get(step.actor)
        began = time.perf_counter()
        if socket is not None and socket.wait_for_event(step.name, _LATE_S):
            self._counts["events"] += 1
        else:
            self._counts["missed"] += 1
            self._waited_in_vain += time.perf_counter() - began

    def _disconnected(self, step: Step) -> None:
        if socket := self._sockets.pop(step.actor, None):
            socket.close()


def _at(value: Any, pointer: Pointer) -> Any:
    for part in pointer:
        value = value[part]
    return value
