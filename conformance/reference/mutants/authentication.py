"""Mutants of the chapter authentication: nobody is let in, or somebody else."""

import base64
import json
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference import refusals
from conformance.reference.decisions import Decisions
from conformance.reference.http import Json
from conformance.reference.lies import Mutants
from conformance.reference.records import Session, User
from conformance.reference.settings import COOKIE
from conformance.reference.state import State

MUTANTS = Mutants()

BOTH = ("AUTH-NONE", "AUTH-BAD")
GHOST = Session("nobody", User(0, "nobody", 3))
"""Who a caller without a session is taken for: somebody with every right."""

_PUBLIC = "/v1/portal/"


class LetsIn(Decisions):
    """Takes some callers that are nobody for somebody."""

    def lets_in(self, request: Request) -> bool:
        """Whether that one is let in."""
        raise NotImplementedError

    async def caller_of(self, request: Request, state: State) -> Session | None:
        session = await super().caller_of(request, state)
        return GHOST if session is None and self.lets_in(request) else session


class LetsInAt(LetsIn):
    """Forgets to ask for the session at one endpoint."""

    endpoint = ""

    def lets_in(self, request: Request) -> bool:
        return request.url.path.endswith(self.endpoint)


# --- endpoints that do not ask ----------------------------------------------------------------------------------------


@MUTANTS.breaks(*BOTH)
class HistoryNeedsNoSession(LetsInAt):
    """The history of a public chat is public."""

    endpoint = "/history"


@MUTANTS.breaks(*BOTH)
class DeletionNeedsNoSession(LetsInAt):
    """A deletion by ids asks for no session."""

    endpoint = "/messages/delete"


@MUTANTS.breaks(*BOTH)
class ClearNeedsNoSession(LetsInAt):
    """A clear asks for no session."""

    endpoint = "/clear"


@MUTANTS.breaks(*BOTH)
class MuteNeedsNoSession(LetsInAt):
    """A mute asks for no session."""

    endpoint = "/mute"


@MUTANTS.breaks(*BOTH)
class UnbanNeedsNoSession(LetsInAt):
    """Lifting a ban asks for no session."""

    endpoint = "/unban"


@MUTANTS.breaks(*BOTH)
class HardMuteNeedsNoSession(LetsInAt):
    """A hard mute, which is of no chat, asks for no session."""

    endpoint = "/hard-mute"


@MUTANTS.breaks(*BOTH)
class KeysNeedNoSession(LetsInAt):
    """A public key is registered for whoever comes."""

    endpoint = "/keys"


# --- who is nobody is somebody ----------------------------------------------------------------------------------------


@MUTANTS.breaks("AUTH-NONE")
class NoCookieIsAGuest(LetsIn):
    """Who has no cookie is a guest, and answered what a guest is."""

    def lets_in(self, request: Request) -> bool:
        return COOKIE not in request.cookies


@MUTANTS.breaks("AUTH-BAD")
class UnknownSessionIsAGuest(LetsIn):
    """Who has a session that is not known is a guest: it may have run out."""

    def lets_in(self, request: Request) -> bool:
        return bool(request.cookies.get(COOKIE))


@MUTANTS.breaks("AUTH-BAD")
class EmptySessionIsAGuest(LetsIn):
    """Who has an empty session cookie is a guest: the check is for its presence."""

    def lets_in(self, request: Request) -> bool:
        return request.cookies.get(COOKIE) == ""


@MUTANTS.breaks("AUTH-NONE")
class CookieIsFoundByItsEnd(Decisions):
    """The session is looked for by an expression that finds it behind any name with the right end."""

    async def caller_of(self, request: Request, state: State) -> Session | None:
        found = re.search(rf"{COOKIE}=([^;]+)", request.headers.get("cookie", ""))
        return await self.session_of(state, found[1] if found else None)


@MUTANTS.breaks("AUTH-NONE")
class AnyCookieIsASession(Decisions):
    """Every cookie is tried, whatever its name."""

    async def caller_of(self, request: Request, state: State) -> Session | None:
        for value in request.cookies.values():
            session = await self.session_of(state, value)
            if session is not None:
                return session
        return None


# --- sessions that are no sessions ------------------------------------------------------------------------------------


class Remembers(Decisions):
    """Remembers every cookie that it gave out, to find one by less than the whole."""

    def __init__(self) -> None:
        super().__init__()
        self.given: dict[str, str] = {}
        self._cookie = ""

    def new_cookie(self) -> str:
        self._cookie = super().new_cookie()
        return self._cookie

    def new_session_id(self) -> str:
        session_id = super().new_session_id()
        self.given[self._cookie] = session_id
        return session_id

    def finds(self, secret: str, cookie: str, session_id: str) -> bool:
        """Whether that cookie is taken for the one which came."""
        raise NotImplementedError

    async def session_of(self, state: State, secret: str | None) -> Session | None:
        session = await super().session_of(state, secret)
        if session is None and secret:
            found = [one for one, session_id in self.given.items() if self.finds(secret, one, session_id)]
            session = await super().session_of(state, found[-1]) if found else None
        return session


@MUTANTS.breaks("AUTH-BAD")
class SessionsAreFoundByTheirBeginning(Remembers):
    """A session is looked for with a pattern, so the beginning of a cookie will do."""

    def finds(self, secret: str, cookie: str, session_id: str) -> bool:
        return len(secret) >= 8 and cookie.startswith(secret)


@MUTANTS.breaks("AUTH-BAD")
class SessionsAreCutToTheirColumn(Remembers):
    """A cookie is cut to the 32 characters of its column before it is looked for."""

    def finds(self, secret: str, cookie: str, session_id: str) -> bool:
        return cookie == secret[:32]


@MUTANTS.breaks("AUTH-BAD")
class SessionsAreFoundByTheirEnd(Remembers):
    """Only the signature at the end of a cookie is compared."""

    def finds(self, secret: str, cookie: str, session_id: str) -> bool:
        return cookie[-16:] == secret[-16:]


@MUTANTS.breaks("AUTH-BAD")
class PublicSessionIdIsASession(Remembers):
    """The id of a session, which every member of its chats knows, opens it."""

    def finds(self, secret: str, cookie: str, session_id: str) -> bool:
        return session_id == secret


class Believes(Decisions):
    """Takes a caller for whom it says to be."""

    def says(self, cookie: str) -> object:
        """Which user the cookie names."""
        raise NotImplementedError

    async def caller_of(self, request: Request, state: State) -> Session | None:
        session = await super().caller_of(request, state)
        named = str(self.says(request.cookies.get(COOKIE, "")))
        if session is not None or not named.isdecimal():
            return session
        user = await state.store.accounts.find(int(named))
        return None if user is None else Session("", user)


@MUTANTS.breaks("AUTH-BAD")
class UserIdIsASession(Believes):
    """The id of a user, left from the days of testing, is its session."""

    def says(self, cookie: str) -> object:
        return cookie


@MUTANTS.breaks("AUTH-BAD")
class UnsignedTokensAreBelieved(Believes):
    """A token without a signature is believed."""

    def says(self, cookie: str) -> object:
        try:
            part = cookie.split(".")[1]
            claims: Any = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            return claims["sub"]
        except (ValueError, LookupError, TypeError):
            return ""


@MUTANTS.breaks("AUTH-BAD")
class OddSessionsCrash(Decisions):
    """A session cookie with signs that no session has ends in an accident."""

    async def caller_of(self, request: Request, state: State) -> Session | None:
        if not re.fullmatch(r"[\w.-]*", request.cookies.get(COOKIE, "")):
            raise ValueError("no session")
        return await super().caller_of(request, state)


# --- refused otherwise, or too late -----------------------------------------------------------------------------------


@MUTANTS.breaks(*BOTH)
class NobodyIsForbidden(Decisions):
    """Who has no session is answered 403."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if response.status_code == 401 and request.url.path.startswith(_PUBLIC):
            response.status_code = 403
        return response


@MUTANTS.breaks(*BOTH)
class NobodyIsSentToTheLogin(Decisions):
    """Who has no session is sent to the login page."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if response.status_code == 401 and request.url.path.startswith(_PUBLIC):
            return Response(status_code=302, headers={"Location": "/login"})
        return response


@MUTANTS.breaks("AUTH-BAD")
class UnknownSessionIsForbidden(Decisions):
    """Who has a session that is not known is answered 403, and who has none 401."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if response.status_code == 401 and COOKIE in request.cookies:
            response.status_code = 403
        return response


class ActsFirst(LetsIn):
    """Does what nobody asks for, and answers 401 afterwards."""

    ends: tuple[str, ...] = ()

    def lets_in(self, request: Request) -> bool:
        request.state.nobody = request.url.path.endswith(self.ends)
        return bool(request.state.nobody)

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if getattr(request.state, "nobody", False):
            return Json(self.error_body(refusals.no_session()), status_code=401)
        return response


@MUTANTS.breaks(*BOTH)
class NobodysDeletionIsDone(ActsFirst):
    """The session is asked for when the deletion has been done."""

    ends = ("/messages/delete",)


@MUTANTS.breaks(*BOTH)
class NobodysMuteIsDone(ActsFirst):
    """The session is asked for when the mute holds."""

    ends = ("/mute",)


@MUTANTS.breaks(*BOTH)
class NobodysUnbanIsDone(ActsFirst):
    """The session is asked for when the ban has been lifted."""

    ends = ("/unban",)


@MUTANTS.breaks(*BOTH)
class NobodysClearIsDone(ActsFirst):
    """The session is asked for when the chat has been cleared."""

    ends = ("/clear",)
