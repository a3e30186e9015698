"""Preflight: can this target be judged at all? Asked before anything is judged, and answered in one sentence.

A sentence says what happened, whose fault it is, and what to do. A valid message that the target *refuses* in so
many words is no reason to stop: that is what the scenarios are there to judge.
"""

import ssl
from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx

from conformance.client.actor import Actor
from conformance.client.answers import Answer, NoAnswer
from conformance.client.http import describe
from conformance.client.inbox import Refused
from conformance.errors import Blocked, PreflightFailure
from conformance.expect import GATEWAY_STATUSES
from conformance.limits import TOO_MANY
from conformance.redact import elide
from conformance.room import Room
from conformance.stage import Stage, Theatre
from conformance.wire import WireLog


def greet(theatre: Theatre) -> None:
    """Raise `PreflightFailure` with a sentence where the target lends nothing."""
    try:
        theatre.driver.hello(WireLog(theatre.secrets))
    except NoAnswer as error:
        raise PreflightFailure(_unreachable(theatre.profile.target.url, error)) from None


def clear_up(theatre: Theatre) -> Sequence[str]:
    """Give back what killed runs did not; what is left of it, a sentence each."""
    return theatre.driver.clear_up(WireLog(theatre.secrets))


def check(theatre: Theatre) -> tuple[str, ...]:
    """Raise `PreflightFailure` with a sentence where the target cannot be judged; what could not be given back."""
    stage, clean = theatre.stage(), False
    try:
        room = _furnish(stage)
        _say_something(room)
        clean = True
    finally:
        stage.close(clean=clean)
    return stage.leftovers


def _furnish(stage: Stage) -> Room:
    try:
        return stage.room("owner", "member")
    except Refused as error:
        url = stage.link.profile.target.ws_url
        raise PreflightFailure(
            f"no Socket.IO at {url} ({_short(error)}): target or configuration; "
            "start it, or name its URL by --ws-target or the profile's ws_url"
        ) from None
    except NoAnswer as error:
        raise PreflightFailure(_unreachable(stage.link.profile.target.url, error)) from None
    except Blocked as error:
        raise PreflightFailure(
            f"a chat for the scenarios could not be set up ({_short(error)}): target; "
            "mend the step, or describe its dialect in the profile"
        ) from None


def _say_something(room: Room) -> None:
    actor: Actor = room["member"]
    try:
        answer = room.send(actor, room.bundle())
    except NoAnswer as error:
        raise PreflightFailure(f"one valid message got no answer ({_short(error)}): target; see its log") from None
    if reason := _no_answer_of_the_contract(answer):
        path = answer.exchange.path
        raise PreflightFailure(f"one valid message to {path} was answered {answer.status}, {reason}")


def _no_answer_of_the_contract(answer: Answer) -> str:
    if answer.status == TOO_MANY:
        return "a rate limit: target; wait until it has passed, or give the suite's users a higher one"
    if answer.status in GATEWAY_STATUSES:
        return "which is a gateway's: target; bring up the server behind it"
    if 300 <= answer.status < 400:  # noqa: PLR2004 - redirections
        return f"a redirect to {elide(answer.headers.get('location', 'nowhere'), 80)}: configuration; name that URL"
    if answer.status == 401:  # noqa: PLR2004 - unauthorized
        return "so the session that the target lent is not taken: target; make both speak of the same system"
    if "html" in answer.headers.get("content-type", ""):
        return "with an HTML page: configuration; correct the URL, or let the suite past the login page or proxy"
    return ""


def _unreachable(url: str, error: NoAnswer) -> str:
    cause: BaseException | None = error.cause
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return (
                f"no TLS connection to {url} ({elide(str(cause), 120)}): target or configuration; "
                "correct its certificate or the scheme, or point SSL_CERT_FILE at the authority that signed it"
            )
        cause = cause.__cause__ or cause.__context__
    if isinstance(error.cause, httpx.ConnectError | httpx.ConnectTimeout):
        host = urlsplit(url).netloc
        return (
            f"nothing answers at {host} ({elide(describe(error.cause), 120)}): target or configuration; "
            "start it, or correct --target"
        )
    return f"the target at {url} gives no usable answer ({_short(error)}): target; see its log"


def _short(error: Exception) -> str:
    return elide(str(error), 200)
