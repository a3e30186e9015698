"""Mutants of the chapter authentication: chats that do not exist, and ids that are none."""

import re
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from conformance.reference.decisions import Decisions, Middleware
from conformance.reference.http import Json
from conformance.reference.lies import Mutants
from conformance.reference.records import CHAT_LIMIT, Chat, Room
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

MUTANTS = Mutants()

_CHATS = "/v1/portal/chats/"


class Answers(Decisions):
    """Answers otherwise where a chat is not found."""

    ends = ""
    body: Any = None
    status = 200

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        path = request.url.path
        if response.status_code == 404 and path.startswith(_CHATS) and path.endswith(self.ends):
            if self.body is not None:
                return Json(self.body, status_code=self.status)
            response.status_code = self.status
        return response


@MUTANTS.breaks("CHAT-UNKNOWN")
class HistoryOfNoChatIsEmpty(Answers):
    """A chat that does not exist has an empty history."""

    ends, body = "/history", []


@MUTANTS.breaks("CHAT-UNKNOWN")
class NoChatHasNothingToDelete(Answers):
    """In a chat that does not exist, deleting one's own messages deletes none."""

    ends, body = "/delete-mine", {"deleted": 0}


@MUTANTS.breaks("CHAT-UNKNOWN")
class UnbanningFromNoChatIsIdempotent(Answers):
    """Lifting a ban works everywhere, also where there is no chat."""

    ends, body = "/unban", {"ok": True}


@MUTANTS.breaks("CHAT-UNKNOWN")
class ClearingNoChatClearsNothing(Answers):
    """A chat that does not exist is cleared of nothing."""

    ends, body = "/clear", {"ok": True, "cleared": 0}


@MUTANTS.breaks("CHAT-UNKNOWN")
class UnknownChatIsABadRequest(Answers):
    """A chat that does not exist is answered 400."""

    status = 400


@MUTANTS.breaks("CHAT-UNKNOWN")
class UnknownChatIsGone(Answers):
    """A chat that does not exist is answered 410: it must have been there once."""

    status = 410


@MUTANTS.breaks("CHAT-UNKNOWN")
class MutingInNoChatCrashes(Answers):
    """A mute in a chat that does not exist ends in an accident."""

    ends, status = "/mute", 500


@MUTANTS.breaks("CHAT-UNKNOWN")
class UnknownChatsAreThere(Decisions):
    """A chat that is not found is taken for an empty one: the records are made on the first write."""

    async def look_at(self, state: State, chat_id: int) -> Room | None:
        room = await super().look_at(state, chat_id)
        chat, nobody = Chat(chat_id, f"chat-{chat_id}"), frozenset[int]()
        return room or Room(chat, 1, CHAT_LIMIT, nobody, {}, nobody, {}, {}, frozenset(), {})


# --- ids that are none ------------------------------------------------------------------------------------------------


class Rereads(Decisions):
    """Reads the chat id in a path more kindly than it ought to."""

    pattern = ""

    def middlewares(self) -> Sequence[Middleware]:
        return (*super().middlewares(), self._kindly)

    def _kindly(self, app: ASGIApp) -> ASGIApp:
        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and scope["path"].startswith(_CHATS):
                path = re.sub(rf"^{_CHATS}{self.pattern}/", rf"{_CHATS}\1/", scope["path"])
                scope = {**scope, "path": path, "raw_path": path.encode()}
            await app(scope, receive, send)

        return wrapped


@MUTANTS.breaks("CHAT-ID-TYPE")
class ChatIdsEndWhereTheDigitsEnd(Rereads):
    """A chat id is read as far as it is a number: 17abc is 17."""

    pattern = "([0-9]+)[^/]*"


@MUTANTS.breaks("CHAT-ID-TYPE")
class ChatIdsAreRounded(Rereads):
    """A chat id is a number, and what stands behind its point is dropped."""

    pattern = r"([0-9]+)\.[0-9]+"


@MUTANTS.breaks("CHAT-ID-TYPE")
class ChatIdsAreTrimmedOfQuotes(Rereads):
    """Quotes are taken away from a chat id, lest they harm."""

    pattern = "([0-9]+)'"


@MUTANTS.breaks("CHAT-ID-TYPE")
class ChatIdsEndAtNul(Rereads):
    """A chat id ends at a NUL, as texts do in C."""

    pattern = "([0-9]+)\0[^/]*"


@MUTANTS.breaks("CHAT-ID-TYPE")
class OddChatIdsCrash(Decisions):
    """A chat id that is no number ends in an accident."""

    def status_of(self, refusal: Refusal) -> int:
        return 500 if refusal.cause == "path" else super().status_of(refusal)


class OddChatIdIs(Decisions):
    """Answers some odd chat ids otherwise."""

    odd = ""
    ends = ""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        chat_id, _, rest = request.url.path.removeprefix(_CHATS).partition("/")
        odd = response.status_code == 422 and re.search(self.odd, request.path_params.get("chat_id", chat_id))
        return self.instead(response) if odd and rest.endswith(self.ends) else response

    def instead(self, response: Response) -> Response:
        """What is answered."""
        response.status_code = 500
        return response


@MUTANTS.breaks("CHAT-ID-TYPE")
class LongChatIdsCrash(OddChatIdIs):
    """A chat id of thousands of characters ends in an accident."""

    odd = ".{1000}"


@MUTANTS.breaks("CHAT-ID-TYPE")
class ForeignLettersInChatIdsCrash(OddChatIdIs):
    """A chat id beyond ASCII ends in an accident where a mute is asked for."""

    odd, ends = "[^\0-\x7f]", "mute"


@MUTANTS.breaks("CHAT-ID-TYPE")
class NullHasAnEmptyHistory(OddChatIdIs):
    """The history of what is no chat id is empty, with a 200."""

    odd, ends = "^(null|undefined)$", "history"

    def instead(self, response: Response) -> Response:
        return Json([])


@MUTANTS.breaks("CHAT-ID-TYPE")
class OddChatIdsAreSentElsewhere(OddChatIdIs):
    """Who asks with an odd chat id is sent to the list of chats."""

    def instead(self, response: Response) -> Response:
        return Response(status_code=303, headers={"Location": _CHATS})
