"""Results documents for the tests of their renderings: one with all that there can be, and one that is an attack."""

import json
from collections.abc import Callable
from typing import Any

from rooms.made import document

from conformance.expect import Check, Observation
from conformance.known import KnownFailure, date
from conformance.record import ScenarioRecord
from conformance.redact import Secrets
from conformance.verdict import Outcome
from conformance.wire import WireLog

MUTED = "test_mutes::test_muted_sender"
TTL = "test_mutes::test_ttl"
CODE = "test_keys::test_code"
BUNDLE = json.dumps({"v": 2, "epoch": 1, "ct": "A" * 80})
ATTACKS = (
    "<script>alert('attack')</script>",
    '"><img src=x onerror="alert(1)">',
    "</style><style>body{display:none}</style>",
    "</script><script>alert(1)</script>",
    "{{ 7*7 }}{% raw %}",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "\u202egnp.exe\u2066\x00\x1b[31m\x07\ud800",
    "<!--",
    "]]></title><svg onload=alert(1)>",
)


def wire() -> WireLog:
    """A log: a key, a message that is accepted and heard, one that gets no answer, one that is let in."""
    log = WireLog(Secrets(["s3cr3t-cookie"]))
    headers = {"Cookie": "psession=s3cr3t-cookie", "Content-Type": "application/json"}
    message = json.dumps({"content": BUNDLE}).encode()
    send = "/v1/portal/chats/1/messages"
    log.exchange("owner", 0, "POST", "/v1/portal/keys", (headers, b'{"public_key": "x"}'), (200, {}, b"{}"))
    log.exchange("sender", 0, "POST", send, (headers, message), (200, {"date": "now"}, b'{"id":"1-0"}'))
    log.event("owner", "received", "message:new", {"id": "1-0", "content": BUNDLE})
    log.exchange("sender", 0, "POST", send, (headers, message), None, "the connection was dropped")
    log.exchange("sender", 0, "POST", send, (headers, message), (200, {}, b'{"id":"2-0"}'))
    log.event("owner", "disconnected", "Socket.IO")
    return log


SPOILED = {
    "defect": "v-absent",
    "family": "v",
    "where": "content.v",
    "before": "2",
    "after": "",
    "exchange": 4,
}


def failed(name: str = MUTED, *ids: str) -> dict[str, Any]:
    """A scenario in which a muted sender was let in."""
    ids = ids or ("SEND-MUTED",)
    record = ScenarioRecord(
        name=name,
        title="A muted sender is refused.",
        chapter="mutes",
        requirements=ids,
        outcome=Outcome.FAILED,
        message="SEND-MUTED: expected 403",
        seconds=0.25,
        requests=4,
        checks=(
            Check(ids, "a valid send is accepted", "200", '200 {"id":"1-0"}', held=True, exchange=1),
            Check(ids, "the muted send is refused", "403", '200 {"id":"2-0"}', held=False, exchange=4),
        ),
        observations=(Observation("SEND-429-RETRY-AFTER", "a 429 names when to come back", "1"),),
        spoiled=(SPOILED,),
        wire=wire().entries,
    ).as_json(Secrets())
    for entry in record["wire"]:
        # The clock ran meanwhile, and these documents are to be the same each time.
        entry["at"] = entry["index"] / 100
        if entry["kind"] == "http":
            entry["seconds"] = 0.005
    return record


def blocked(name: str = TTL) -> dict[str, Any]:
    """A scenario that could not be judged."""
    return {
        **failed(name, "SEND-MUTED-TTL"),
        "outcome": "blocked",
        "message": "the mute was not answered",
        "checks": [],
        "spoiled": [],
    }


def broken_document(**more: Any) -> dict[str, Any]:
    """One MUST broken, one blocked, a SHOULD broken, a gate, something left behind, a narrowed run."""
    code = failed(CODE, "SEND-NOKEY-CODE")
    known = [KnownFailure("SEND-MUTED", "ttl counts milliseconds, PORTAL-1", date(2026, 12, 31))]
    found = document(
        failed(),
        blocked(),
        code,
        **{"known": known, "leftovers": ["/users/4 is left"], "narrowed": "--requirement", **more},
    )
    return json.loads(json.dumps(found))


def attacked(value: Any, attack: str, keep: Callable[[str, Any], bool], name: str = "") -> Any:
    """``value`` with every string behind which an attack could stand replaced by one."""
    match value:
        case str():
            return value if keep(name, value) else attack
        case list():
            return [attacked(one, attack, keep, name) for one in value]
        case dict():
            return {
                (attack if name.endswith("_headers") else key): attacked(one, attack, keep, key)
                for key, one in value.items()
            }
        case _:
            return value


# What the schema leaves no choice in: an attack there is no results file. All others are free.
_CLOSED = frozenset(
    {"format", "verdict", "level", "outcome", "kind", "direction", "end", "digest", "edition", "started", "until"}
)


def hostile_document(attack: str) -> dict[str, Any]:
    """`broken_document` whose every string is ``attack``, but for those that decide what the document is."""
    return attacked(broken_document(), attack, lambda name, _: name in _CLOSED)
