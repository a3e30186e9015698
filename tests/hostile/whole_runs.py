"""Hostile targets of whole runs: how each is to end, and what else has to hold of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rooms.raw import Connection, RawServer, always

from . import http_servers as http
from . import socket_servers as sockets
from .playing import TIMEOUT_S, Ran, Runner
from .proxy import Proxy, Request, Spoiler, proxy

# One send is the preflight's. Two sockets are, too.
_PREFLIGHT = 1


@dataclass(frozen=True)
class Played:
    """A run that is over, with the target that it judged."""

    ran: Ran
    spoiler: Spoiler
    cookies: set[str]


def nothing_more(_: Played) -> None:
    """What every run is asked is enough."""


@dataclass(frozen=True)
class Whole:
    """A hostile target of a run, and how that ends."""

    spoiler: Callable[[], Spoiler]
    status: int
    sentence: str
    requirement: str = "SEND-ID-DELETES"
    more: Callable[[Played], None] = nothing_more
    polling: bool = False
    timeout_s: float = TIMEOUT_S


def play(name: str, url: str, folder: Path) -> Played:
    """Play the run of that name against the server at ``url``, spoiled."""
    whole = RUNS[name]
    spoiler = whole.spoiler()
    with proxy(url, spoiler) as target:
        if isinstance(spoiler, Dying):
            spoiler.target = target
        ran = Runner(folder, polling=whole.polling, timeout_s=whole.timeout_s).run(target.url, whole.requirement)
        cookies = {request.cookie.partition("psession=")[2].partition(";")[0] for request in target.seen}
    if isinstance(spoiler, Leading):
        spoiler.elsewhere.stop()
    return Played(ran, spoiler, cookies - {""})


# --- targets that take a run to know -------------------------------------------------------------------------------


@dataclass
class Dying(Spoiler):
    """Is gone from a send of the run on: it ends every connection, and listens no more."""

    target: Proxy | None = None
    sends: int = 0

    def request(self, connection: Connection, request: Request) -> bool:
        self.sends += request.is_send
        if self.sends <= _PREFLIGHT:
            return False
        assert self.target is not None
        self.target.close_down()
        self.target.cut_all()
        return True


class Leading(Spoiler):
    """Leads to another host, which waits for a token that follows."""

    def __init__(self) -> None:
        self.elsewhere = RawServer(always("200 OK", body=b'{"protocol": "portal-conformance-control/1"}'))

    def request(self, connection: Connection, request: Request) -> bool:
        connection.answer("307 Temporary Redirect", f"Location: {self.elsewhere.url}/_conformance/v1/", body=b"")
        return True


def dropping(connection: Connection) -> None:
    raise ConnectionError


def gateway(connection: Connection) -> None:
    connection.answer("502 Bad Gateway", "Content-Type: text/html", body=b"<h1>Bad gateway</h1>")


def limiting(connection: Connection) -> None:
    connection.answer("429 Too Many Requests", "Retry-After: 999999999", body=b'{"error":"slow down"}')


# --- what has to hold as well --------------------------------------------------------------------------------------


def outcomes(played: Played) -> list[str]:
    return [one["outcome"] for one in played.ran.results["scenarios"]]


def some_passed(played: Played) -> None:
    assert {"blocked", "passed"} <= set(outcomes(played)), played.ran.output


def all_passed(played: Played) -> None:
    assert set(outcomes(played)) == {"passed"}, played.ran.output


def everything_is_left(played: Played) -> None:
    left = played.ran.results["leftovers"]
    assert left
    assert all(" is left on the target: " in one for one in left)
    # Each time the first was waited for, and the others were not.
    assert any(one.endswith(" is left on the target: nothing was answered in time") for one in left)
    assert played.ran.folder.joinpath("borrowed.jsonl").exists()
    all_passed(played)


def judged_nothing(played: Played) -> None:
    assert played.ran.results["scenarios"] == []


def nobody_came(played: Played) -> None:
    judged_nothing(played)
    assert isinstance(played.spoiler, Leading)
    assert played.spoiler.elsewhere.connections == 0


def deleted_by_name(played: Played) -> None:
    judged_nothing(played)
    assert isinstance(played.spoiler, http.Made)
    assert "/_conformance/v1/users/%1B%5B2J%C2%9B..%2F..%2Fv1%3Fx%23%E2%80%AE" in played.spoiler.deleted


def results_are_short(played: Played) -> None:
    all_passed(played)
    assert played.ran.folder.joinpath("results.json").stat().st_size < 400_000


ODD_ID = '"\x1b[2J\x9b../../v1?x#\u202e"'.replace("\x1b", "\\u001b").encode()
SETTING_UP = r"^a chat for the scenarios could not be set up \("

RUNS = {
    # --- texts
    "markup-in-every-text": Whole(
        lambda: http.Renaming(http.ODD), 2, "^the run was narrowed", "SEND-BANNED", all_passed
    ),
    "markup-in-a-refusal": Whole(
        lambda: http.Sends(http.refusing(http.ODD), since=_PREFLIGHT), 2, r"blocked: .*answered 400 .*<script>"
    ),
    "heads-of-60-kilobytes": Whole(
        lambda: http.Headed(lambda: b"\r\n".join(b"X-%d: %s" % (number, b"x" * 50) for number in range(1000))),
        2, "^the run was narrowed", more=results_are_short,
    ),
    # --- in the preflight
    "endless-answers": Whole(
        lambda: http.Sends(http.endless(http.OK, b"Content-Length: 99999999999\r\n\r\n", piece=b"x" * 65536)),
        2, "^one valid message got no answer .*the body is larger than 1048576 bytes", more=judged_nothing,
    ),
    "drips-from-the-first-word-on": Whole(
        lambda: http.Control(http.dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ")),
        2, "^the target at .* gives no usable answer .*no complete answer within the deadline", more=judged_nothing,
    ),
    # --- in the middle
    "dies": Whole(Dying, 2, "blocked: .*got no answer: the connection was dropped"),
    "comes-back": Whole(
        lambda: http.Meanwhile(dropping, 8, 5), 2, "blocked: .*the connection was dropped", "SEND-ID-*", some_passed
    ),
    "falls-silent": Whole(
        lambda: http.Meanwhile(http.silent, _PREFLIGHT), 2, "blocked: .*no complete answer within the deadline"
    ),
    "hides-behind-a-gateway": Whole(
        lambda: http.Meanwhile(gateway, _PREFLIGHT), 2, "blocked: .*a gateway answered 502, not the target"
    ),
    "limits-without-end": Whole(
        lambda: http.Sends(limiting, _PREFLIGHT), 2, r"blocked: .*met a rate limit \(429\) that nobody asked for"
    ),
    "floods-in-the-middle": Whole(
        lambda: sockets.After(sockets.flood('42["message:new",{"chat_id":1,"id":"1-0","content":"x"}]'), 3),
        2, "blocked: .*the suite hung up, as more than 10000 packets came", "SEND-ID-UNIQUE", some_passed,
        timeout_s=10,
    ),
    "a-hundred-megabytes-in-the-middle": Whole(
        lambda: sockets.After(sockets.huge, 3),
        2, "blocked: .*the suite hung up, as a message of more than 1048576 bytes came", "SEND-ID-UNIQUE", some_passed,
        timeout_s=10,
    ),
    "half-a-million-packets-by-polling": Whole(
        lambda: sockets.Polls(lambda body: body + b"\x1e6" * 500_000),
        2, "^no Socket.IO at .*the suite hung up, as more than 10000 packets came",
        more=judged_nothing, polling=True,
    ),
    # --- the control API
    "the-same-user-twice": Whole(
        lambda: http.Made(http.always_the_same(b"user_id")), 2,
        SETTING_UP + r"the control API made /users/\d+ while the suite still has the one that it made before",
        more=judged_nothing,
    ),
    "the-same-session-twice": Whole(
        lambda: http.Made(http.always_the_same(b"session")), 2,
        SETTING_UP + "the control API gave the same session twice", more=judged_nothing,
    ),
    "the-same-chat-twice": Whole(
        lambda: http.Made(http.always_the_same(b"chat_id"), "/chats"), 2, "blocked: room:join of owner was refused: "
    ),
    "ids-that-are-paths": Whole(
        lambda: http.Made(http.always(b"user_id", ODD_ID)), 2, SETTING_UP, more=deleted_by_name
    ),
    "deletes-that-hang": Whole(
        lambda: http.Control(http.silent, "DELETE "), 2, "^the run was narrowed", more=everything_is_left
    ),
    "the-token-is-led-away": Whole(Leading, 2, "^/_conformance/v1/ answered 307 with ", more=nobody_came),
    "the-token-comes-back": Whole(
        lambda: http.Echo("GET /_conformance"), 2, "^/_conformance/v1/ answered 400 with ", more=judged_nothing
    ),
    "control-answers-without-end": Whole(
        lambda: http.Control(http.endless(http.OK, http.CHUNKED, piece=b"10000\r\n" + b"[" * 65536 + b"\r\n")),
        2, "^the target at .*the body is larger than 1048576 bytes", more=judged_nothing,
    ),
    "control-answers-a-million-levels-deep": Whole(
        lambda: http.Control(http.whole(http.DEEP)), 2, "a body that is not JSON", more=judged_nothing
    ),
}  # fmt: skip
