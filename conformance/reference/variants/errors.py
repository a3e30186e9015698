"""Variants of errors: what they quote, how their ids are written, and what comes of a header that is too long."""

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Variants
from conformance.reference.records import Session
from conformance.reference.refusals import Refusal
from conformance.reference.shapes import Json
from conformance.reference.state import State
from conformance.reference.variants.rewriting import is_public

VARIANTS = Variants()

_LONG = 3500
_WORDS = (
    "Please select a chat from the list, or update your key and set a new one; where it is no text, insert one into "
    "the body. See https://portal.example/app/errors.html#line-7 and /v1/portal/chats, or GET /v1/portal/keys."
)


@VARIANTS.keeps(apart=["terse-errors", "translated-errors"])
class ErrorsQuoteTheRequest(Decisions):
    """An error's text repeats the method, the path and the type of what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self._asked = ""

    async def caller_of(self, request: Request, state: State) -> Session | None:
        path, kind = request.url.path[:200], request.headers.get("content-type", "nothing")
        self._asked = f"{request.method} {path} with {kind}"
        return await super().caller_of(request, state)

    def error_body(self, refusal: Refusal) -> Json:
        body = super().error_body(refusal)
        return {**body, "error": f"{self._asked}: {body['error']}"}


@VARIANTS.keeps()
class ErrorsAreTalkative(Decisions):
    """Errors come with advice, in words that a program knows as well."""

    def error_body(self, refusal: Refusal) -> Json:
        return {**super().error_body(refusal), "advice": _WORDS, "instance": "/v1/portal/chats/17/messages"}


@VARIANTS.keeps(apart=["time-based-correlation-ids"])
class CorrelationIdsInCapitals(Decisions):
    """Correlation ids are written in capitals."""

    def correlation_id(self) -> str:
        return super().correlation_id().upper()


@VARIANTS.keeps()
class LongHeadersAreTooLarge(Decisions):
    """A cookie header above 3500 characters is answered 431."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if is_public(request) and response.status_code == 401 and len(request.headers.get("cookie", "")) > _LONG:
            response.status_code = 431
        return response


@VARIANTS.keeps()
class NobodyIsChallenged(Decisions):
    """A 401 says what kind of session is wanted."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if response.status_code == 401:
            response.headers["WWW-Authenticate"] = 'Cookie realm="portal", cookie-name="psession"'
        return response
