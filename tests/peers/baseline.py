"""The generic baseline: what Hypothesis finds on one server with the JSON Schemas of the document, and nothing else.

Bodies that fit and bodies that do not, from the same senders and in the same chats as Schemathesis has; an answer is
wrong where its status is not documented, where it is not as its schema, or where the body was taken for the other kind.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from peers.bodies import Known, fitting, spoiled
from peers.contract import NOT_LET_IN, Operation
from peers.finding import Finding

_QUIETLY = frozenset({"send", "history"})
_JSON = "application/json"
_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request: ``fits`` says whether its body is one of those that the document allows."""

    operation: Operation
    path: str
    session: str
    fits: bool
    content_type: str
    content: bytes

    def failure(self, answer: httpx.Response) -> str:
        """What of the answer contradicts the document; empty where nothing does."""
        operation, status = self.operation, answer.status_code
        wrong = operation.failure(status, answer.headers.get("content-type", ""), answer.content)
        if wrong or not 200 <= status < 300:
            return wrong or (f"{operation.name} keeps out what fits" if self.fits and status in NOT_LET_IN else "")
        if not self.session:
            return f"{operation.name} asks for no session"
        return "" if self.fits else f"{operation.name} lets in what does not fit"


class Bodies:
    """The bodies of each operation. Their strategies are kept: to make one takes longer than to draw from it."""

    def __init__(self, stage: Mapping[str, Any]) -> None:
        self._stage = stage
        self._kept: dict[tuple[str, int], tuple[st.SearchStrategy[Any], st.SearchStrategy[Any]]] = {}

    def of(self, operation: Operation, epoch: int) -> tuple[st.SearchStrategy[Any], st.SearchStrategy[Any]]:
        """Those that fit and those that do not, for a chat of that epoch."""
        key = operation.name, epoch
        if key not in self._kept:
            schema, known = operation.body or {}, self._known(epoch)
            self._kept[key] = fitting(schema, known), spoiled(schema, known)
        return self._kept[key]

    def _known(self, epoch: int) -> Known:
        """What no schema can say: which epoch is the current one, and who and what is there."""
        known = {"epoch": st.just(epoch), "user_id": st.sampled_from(self._stage["targets"])}
        there = self._stage["messages"]
        return known | ({"ids": st.lists(st.sampled_from(there), min_size=1, max_size=3)} if there else {})


@st.composite
def requests(draw: st.DrawFn, operation: Operation, stage: Mapping[str, Any], bodies: Bodies, *, fit: bool) -> Request:
    """Requests of the operation on what ``stage`` tells of, with bodies that fit or such as do not."""
    standing = draw(st.sampled_from(stage["standings"])) if fit and operation.name in _QUIETLY else _ready(stage)
    chat = standing["chat"] if operation.name in _QUIETLY else draw(st.sampled_from(stage["chats"]))
    content_type, content = draw(_bodies(operation, bodies.of(operation, standing["epoch"]), fit=fit))
    session = draw(st.sampled_from([standing["session"]] * 9 + [""]))
    fits = fit or operation.body is None
    return Request(operation, operation.path.format(chat_id=chat), session, fits, content_type, content)


def _ready(stage: Mapping[str, Any]) -> dict[str, Any]:
    return {**stage["ready"], "session": stage["session"]}


@st.composite
def _bodies(
    draw: st.DrawFn,
    operation: Operation,
    made: tuple[st.SearchStrategy[Any], st.SearchStrategy[Any]],
    *,
    fit: bool,
) -> tuple[str, bytes]:
    if operation.body is None:
        return "", b""
    fits, does_not = made
    whole = json.dumps(draw(fits)).encode()
    if fit:
        return _JSON, whole
    ways = st.sampled_from(["body"] * 9 + ["nothing", "cut short", "another type"])
    match draw(ways):
        case "nothing":
            return _JSON, b""
        case "cut short":
            return _JSON, whole[:-1]
        case "another type":
            return "text/plain", whole
    return _JSON, json.dumps(draw(does_not)).encode()


class _Asking:
    """Asks until the first answer that is wrong, and counts."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._began = time.monotonic()
        self._count = 0
        self._first: Finding | None = None

    def ask(self, request: Request) -> None:
        """Ask, unless something was found. No failure is raised: Hypothesis would ask it again to make it smaller."""
        if self._first is not None:
            return
        self._count += 1
        if wrong := _asked(self._http, request):
            self._first = Finding((wrong,), self._count, time.monotonic() - self._began)

    def finding(self) -> Finding:
        """What was found, or how much was asked in vain."""
        return self._first or Finding(requests=self._count, seconds=time.monotonic() - self._began)


def play(url: str, asked: Sequence[Operation], stage: Mapping[str, Any], *, number: int, examples: int) -> Finding:
    """What is found by two properties of each operation: one of bodies that fit, one of such as do not."""
    bodies = Bodies(stage)
    with httpx.Client(base_url=url, timeout=_TIMEOUT_S, verify=False) as http:  # noqa: S501 - plain HTTP, and a context is dear
        asking = _Asking(http)
        for operation, fit in product(asked, (True, False)):
            tried = settings(
                max_examples=examples // 2,
                phases=[Phase.generate],
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            )
            made = requests(operation, stage, bodies, fit=fit)
            _try(asking, made, tried, number + fit)
    return asking.finding()


def _try(asking: _Asking, made: st.SearchStrategy[Request], how: settings, number: int) -> None:
    @seed(number)
    @how
    @given(request=made)
    def ask(request: Request) -> None:
        asking.ask(request)

    ask()


def _asked(http: httpx.Client, request: Request) -> str:
    headers = {"Cookie": f"psession={request.session}"} if request.session else {}
    if request.content_type:
        headers["Content-Type"] = request.content_type
    try:
        answer = http.request(request.operation.method, request.path, headers=headers, content=request.content)
    except httpx.HTTPError as error:
        return f"{type(error).__name__} at {request.operation.name}"
    return request.failure(answer)
