"""Mutants of the chapter authentication: what errors say, how they are named, and what they give away."""

import json
import traceback
import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from conformance.reference.bodies import Body
from conformance.reference.decisions import Decisions
from conformance.reference.http import Json
from conformance.reference.lies import Mutants
from conformance.reference.refusals import Refusal
from conformance.reference.variants.rewriting import is_public, respelled

MUTANTS = Mutants()

Said = dict[str, Any]


class Says(Decisions):
    """Says some errors otherwise: those of ``causes``, or all of them."""

    causes: tuple[str, ...] = ()

    def error_body(self, refusal: Refusal) -> Said:
        body = super().error_body(refusal)
        return self.said(body, refusal) if not self.causes or refusal.cause in self.causes else body

    def said(self, body: Said, refusal: Refusal) -> Said:
        """The body that goes out."""
        raise NotImplementedError


# --- the shape --------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("ERR-SHAPE")
class ErrorsAreObjects(Says):
    """An error's text is inside of an object."""

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {**body, "error": {"message": body["error"]}}


@MUTANTS.breaks("ERR-SHAPE")
class InvalidFieldsAreToldByName(Says):
    """What is wrong with a field stands under `detail`, as the validator says it."""

    causes = ("field",)

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {"detail": [{"msg": body["error"]}], "correlation_id": body["correlation_id"]}


@MUTANTS.breaks("ERR-SHAPE")
class NobodyGetsNoCorrelationId(Says):
    """The check of the session comes before the middleware that gives out correlation ids."""

    causes = ("session",)

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {"error": body["error"]}


@MUTANTS.breaks("ERR-SHAPE")
class LimitsAreToldByTheGateway(Says):
    """What goes beyond a limit is refused in the words of the gateway in front."""

    causes = ("chat_limit", "global_limit")

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {"message": "rate limit exceeded", "request_id": body["correlation_id"]}


@MUTANTS.breaks("ERR-SHAPE")
class MutedGetNoText(Says):
    """The text of a mute's error is empty: there was no reason."""

    causes = ("muted",)

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {**body, "error": ""}


@MUTANTS.breaks("ERR-SHAPE")
class CorrelationIdsAreShort(Says):
    """A correlation id is the first eight characters of one."""

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {**body, "correlation_id": body["correlation_id"][:8]}


@MUTANTS.breaks("ERR-SHAPE")
class CorrelationIdsHaveNoHyphens(Says):
    """A correlation id is 32 characters without hyphens."""

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {**body, "correlation_id": body["correlation_id"].replace("-", "")}


@MUTANTS.breaks("ERR-SHAPE")
class MalformedBundlesAreNumbered(Says):
    """Where content is refused, the error is a number."""

    causes = ("bundle",)

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {**body, "error": 42201}


@MUTANTS.breaks("ERR-SHAPE")
class UnknownChatsAreToldInPlainText(Decisions):
    """What is not found is said in plain text, as the framework has it."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        lost = is_public(request) and response.status_code == 404
        return PlainTextResponse("Not Found", status_code=404) if lost else response


@MUTANTS.breaks("ERR-SHAPE")
class ErrorsOfMeasuresAreLists(Decisions):
    """Errors of mutes and bans are arrays of errors."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        measure = request.url.path.endswith(("/mute", "/ban")) and response.status_code >= 400
        return respelled(response, lambda read: json.dumps([read])) if measure else response


@MUTANTS.breaks("ERR-SHAPE")
class OddChatIdsGetNoBody(Decisions):
    """A chat id of a wrong form is refused without a word."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        chat_id = request.path_params.get("chat_id", "1")
        return response if chat_id.isdecimal() or not is_public(request) else Response(status_code=404)


# --- correlation ids --------------------------------------------------------------------------------------------------


@MUTANTS.breaks("ERR-CORRELATION-UNIQUE")
class CorrelationIdOfTheProcess(Says):
    """The correlation id is made when the server starts."""

    def __init__(self) -> None:
        super().__init__()
        self._made = super().correlation_id()

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {**body, "correlation_id": self._made}


@MUTANTS.breaks("ERR-CORRELATION-UNIQUE")
class CorrelationIdOfTheCause(Says):
    """The correlation id is made from what went wrong."""

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {**body, "correlation_id": str(uuid.uuid5(uuid.NAMESPACE_URL, refusal.error))}


@MUTANTS.breaks("ERR-CORRELATION-UNIQUE")
class CorrelationIdIsZero(Says):
    """Where a send is refused nobody began a trace, so its id is all zeros."""

    causes = ("bundle", "muted")

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {**body, "correlation_id": str(uuid.UUID(int=0))}


@MUTANTS.breaks("ERR-CORRELATION-UNIQUE")
class CorrelationIdsComeInPairs(Says):
    """Every second error has the correlation id of the one before: two requests share a context."""

    def __init__(self) -> None:
        super().__init__()
        self._before: str | None = None

    def said(self, body: Said, refusal: Refusal) -> Said:
        if self._before is None:
            self._before = body["correlation_id"]
            return body
        before, self._before = self._before, None
        return {**body, "correlation_id": before}


@MUTANTS.breaks("ERR-CORRELATION-UNIQUE")
class CorrelationIdsDifferInCaseAlone(Says):
    """The same correlation id is given out twice for a limit, once in capitals."""

    causes = ("chat_limit",)

    def __init__(self) -> None:
        super().__init__()
        self._before: str | None = None

    def said(self, body: Said, refusal: Refusal) -> Said:
        before, self._before = self._before, None if self._before else body["correlation_id"]
        return {**body, "correlation_id": before.upper()} if before else body


@MUTANTS.breaks("ERR-CORRELATION-UNIQUE")
class UnknownChatsAreCached(Decisions):
    """The answer to a request for a chat that does not exist is kept and given again."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, bytes] = {}

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if is_public(request) and response.status_code == 404:
            kept = self._kept.setdefault(request.url.path, bytes(response.body))
            return Response(kept, 404, media_type="application/json")
        return response


# --- internals --------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("ERR-NO-INTERNALS")
class UnknownChatsShowTheCommand(Says):
    """What is not found is told with the command that did not find it."""

    causes = ("unknown",)

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {**body, "error": "HGETALL chat:17:info returned nil"}


@MUTANTS.breaks("ERR-NO-INTERNALS")
class MissingRightsShowTheQuery(Says):
    """Who may not do something is shown the query that says so."""

    causes = ("forbidden",)

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {**body, "reason": "select role from members where chat_id = $1 and user_id = $2"}


@MUTANTS.breaks("ERR-NO-INTERNALS")
class BadBodiesShowTheParser(Decisions):
    """A body that cannot be read is told with the traceback of who could not."""

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        try:
            return super().parse_body(content_type, raw)
        except Refusal as refusal:
            refusal.error = traceback.format_exc()
            raise


@MUTANTS.breaks("ERR-NO-INTERNALS")
class InvalidFieldsShowTheSchema(Says):
    """What is wrong with a field is told with the file that says so."""

    causes = ("field",)

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {**body, "schema": "/opt/portal/schemas/requests.json"}


@MUTANTS.breaks("ERR-NO-INTERNALS")
class OddChatIdsShowTheDatabase(Says):
    """A chat id of a wrong form is refused in the words of the database."""

    causes = ("path",)

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {**body, "error": 'invalid input syntax for type integer: "abc"'}


@MUTANTS.breaks("ERR-NO-INTERNALS")
class MutedAreShownWhere(Says):
    """Deep inside of a mute's error stands which line refused."""

    causes = ("muted",)

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {**body, "debug": {"stack": ["Error: muted", "    at check (/app/dist/send.js:88:13)"]}}


@MUTANTS.breaks("ERR-NO-INTERNALS")
class NobodyIsShownTheLookup(Says):
    """Who has no session is shown where it was looked for."""

    causes = ("session",)

    def said(self, body: Said, refusal: Refusal) -> Said:
        return {**body, "error": "nothing at GET session:*"}


class Trips(Decisions):
    """Trips over what only a hostile client sends, and says over what."""

    def trips(self, raw: bytes) -> str:
        """What is said of a body; nothing where it does no harm."""
        raise NotImplementedError

    def parse_body(self, content_type: str | None, raw: bytes) -> Body:
        if said := self.trips(raw):
            raise Refusal("accident", 500, said)
        return super().parse_body(content_type, raw)


@MUTANTS.breaks("ERR-NO-INTERNALS")
class NulShowsTheError(Trips):
    """A NUL in a body is too much for the storage, whose error is passed on."""

    def trips(self, raw: bytes) -> str:
        return "redis.exceptions.ResponseError: embedded null" if b"\\u0000" in raw else ""


@MUTANTS.breaks("ERR-NO-INTERNALS")
class HugeNumbersShowTheStatement(Trips):
    """A number beyond all bounds is too much for the statement, which is shown."""

    def trips(self, raw: bytes) -> str:
        return "value out of range: UPDATE mutes SET until = 1e30" if b"0" * 30 in raw else ""


@MUTANTS.breaks("ERR-NO-INTERNALS")
class QuotesShowTheStatement(Trips):
    """A quote in a body breaks the statement, which is shown."""

    def trips(self, raw: bytes) -> str:
        return "You have an error in your SQL syntax near '''" if b'"\'"' in raw else ""


@MUTANTS.breaks("ERR-NO-INTERNALS")
class LongChatIdsShowTheFile(Decisions):
    """A chat id that is too long is told by the page of the web server, with the module that refused."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if len(request.path_params.get("chat_id", "")) < 1000:
            return response
        return Json({"error": "URI too long", "by": "C:\\portal\\http\\router.cs:line 71"}, status_code=414)
