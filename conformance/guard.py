"""The guard of the public production service: it is judged with its owner's consent alone.

A host is known by its name, as every client on the way would read it out of the URL; where two read it differently,
each of the readings counts. Pure: no name is resolved, nothing is asked.
"""

import contextlib
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from conformance.errors import UsageFault
from conformance.late import late
from conformance.profile import Target

_PRODUCTION = "7331.org"
# A subdomain that says one of these words of itself is none that people chat on.
_STAGING = frozenset({"staging", "stage", "stg", "test", "dev", "qa", "sandbox"})
# Full stops of other scripts part labels as well.
_DOTS = "\u3002\uff0e\uff61"


def refuse_production(target: Target) -> None:
    """Raise `UsageFault` where ``target`` is a production service; asked before anything is sent to it."""
    named = next(_production_hosts(target), None)
    if named is not None:
        what = f"{named} is the public production service"
    elif target.environment == "production":
        what = f"{target.name or 'the target'} is a production service by its profile (target.environment)"
    else:
        return
    raise UsageFault(
        f"{what}, where the suite makes users, sends and bans: configuration; "
        "name a staging system, or add --allow-production if its owner agreed"
    )


def refuse_unreadable(target: Target) -> None:
    """Raise `UsageFault` where a URL has the form of one, but names no host and port that a client could ask."""
    for url in filter(None, (target.url, target.ws_url)):
        httpx = late("httpx")
        try:
            _ = httpx.URL(url), urlsplit(url).port
        except (httpx.InvalidURL, ValueError) as error:
            raise UsageFault(f"the URL {url} cannot be read ({error}): configuration; correct it") from None


def is_production(target: Target) -> bool:
    """Whether ``target`` is a production service, by the name of a host or by what its profile says."""
    return target.environment == "production" or any(_production_hosts(target))


def _production_hosts(target: Target) -> Iterator[str]:
    for url in filter(None, (target.url, target.ws_url)):
        yield from (host for host in _readings(url) if _is_production(host))


def _readings(url: str) -> Iterator[str]:
    """The host of ``url`` as the HTTP client reads it, and as Python's own parser and the Socket.IO client do."""
    httpx = late("httpx")
    # A name that one of them cannot read leads nowhere by that one; whoever has to use it will say so.
    with contextlib.suppress(httpx.InvalidURL):
        yield _plain(httpx.URL(url).raw_host.decode("ascii"))
    with contextlib.suppress(ValueError):
        if host := urlsplit(url).hostname:
            yield _plain(host)


def _plain(host: str) -> str:
    """``host`` as it is asked for in the end, however it was spelled: escapes, letters like these, case, root dots."""
    spelled = unquote(host)
    for dot in _DOTS:
        spelled = spelled.replace(dot, ".")
    spelled = spelled.rstrip(".")
    with contextlib.suppress(UnicodeError):
        # What the resolver makes of a name that is not ASCII, and of one that only looks as if it were another.
        spelled = spelled.encode("idna").decode("ascii")
    return spelled.casefold()


def _is_production(host: str) -> bool:
    if host != _PRODUCTION and not host.endswith(f".{_PRODUCTION}"):
        return False
    return _STAGING.isdisjoint(host.replace("-", ".").split("."))
