"""Variants of what HTTP answers say: the wording of errors, further members, and statuses that no page fixes."""

import json
import uuid

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference import refusals
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Variants
from conformance.reference.records import Attempt, Bundle, Message
from conformance.reference.refusals import Refusal
from conformance.reference.shapes import Json
from conformance.reference.state import State
from conformance.reference.variants.rewriting import is_public, respelled

VARIANTS = Variants()

_PUBLIC_CODES = ("ERR_EPOCH_MISMATCH", "ERR_NO_ROOM_KEY")
_DEEP = 1000
_TRANSLATED = {
    "muted": "Вы не можете писать в этот чат",
    "banned": "你已被禁止进入此聊天",
    "epoch": "Die Nachricht gehört zu einer anderen Epoche",
    "no_key": "Aucune clé pour l’époque en cours",  # noqa: RUF001
}


# --- the wording of errors ------------------------------------------------------------------------------------


@VARIANTS.keeps(apart=["translated-errors"])
class TerseErrors(Decisions):
    """An error's text is one word."""

    def error_body(self, refusal: Refusal) -> Json:
        return {**super().error_body(refusal), "error": refusal.cause}


@VARIANTS.keeps(apart=["terse-errors"])
class TranslatedErrors(Decisions):
    """An error's text is in whatever language, in whatever script."""

    def error_body(self, refusal: Refusal) -> Json:
        return {**super().error_body(refusal), "error": _TRANSLATED.get(refusal.cause, "Richiesta rifiutata \u26d4")}


@VARIANTS.keeps(apart=["public-codes-alone"])
class CodesInErrorTexts(Decisions):
    """An error's text begins with its code."""

    def error_body(self, refusal: Refusal) -> Json:
        body = super().error_body(refusal)
        return {**body, "error": f"{refusal.code or 'ERR_OTHER'}: {body['error']}"}


@VARIANTS.keeps()
class RefusalsQuoteTheContent(Decisions):
    """What was refused is repeated in the error, as validating frameworks do: nobody but its sender gets it."""

    async def refused(self, state: State, attempt: Attempt, refusal: Refusal) -> None:
        if isinstance(attempt.bundle, Bundle):
            refusal.error = f"{refusal.error}: {attempt.content}"
        await super().refused(state, attempt, refusal)


@VARIANTS.keeps(apart=["codes-in-error-texts"])
class PublicCodesAlone(Decisions):
    """Only the two codes that a page names are given."""

    def error_body(self, refusal: Refusal) -> Json:
        body = super().error_body(refusal)
        return {name: value for name, value in body.items() if name != "code" or value in _PUBLIC_CODES}


@VARIANTS.keeps()
class ErrorsSayMore(Decisions):
    """Errors carry members that no page names, some of them null."""

    def error_body(self, refusal: Refusal) -> Json:
        more = {"status": self.status_of(refusal), "details": None, "retryable": False, "errors": [refusal.cause]}
        return {**more, **super().error_body(refusal), "docs": "https://portal.example/errors#" + refusal.cause}


@VARIANTS.keeps(apart=["charset-in-types"])
class ProblemDetails(Decisions):
    """Errors are problem details of RFC 9457 as well, and announced as such."""

    def error_body(self, refusal: Refusal) -> Json:
        problem = {"type": "about:blank", "title": refusal.cause, "status": self.status_of(refusal)}
        return {**problem, **super().error_body(refusal)}

    def error_headers(self, refusal: Refusal) -> dict[str, str]:
        return {**super().error_headers(refusal), "Content-Type": "application/problem+json"}


@VARIANTS.keeps()
class TimeBasedCorrelationIds(Decisions):
    """Correlation ids are UUIDs of version 1, which look much alike."""

    def correlation_id(self) -> str:
        return str(uuid.uuid1())


# --- further members --------------------------------------------------------------------------------------------


@VARIANTS.keeps()
class SendAnswersSayMore(Decisions):
    """The answer to a send tells where and when the message was kept, and for how long."""

    def response_of_send(self, message: Message) -> Json:
        more = {"chat_id": message.chat_id, "epoch": message.epoch, "timestamp": self.timestamp(message.at)}
        return {"status": "accepted", **super().response_of_send(message), **more, "expires_at": None}


@VARIANTS.keeps()
class EveryAnswerSaysMore(Decisions):
    """Every answer that is an object has further members, the control API's too."""

    async def answer(self, request: Request, response: Response) -> Response:
        return respelled(await super().answer(request, response), self._with_more)

    @staticmethod
    def _with_more(read: object) -> str:
        more: Json = {"request": {"took_ms": 3, "node": "eu-1"}, "warnings": [], "x": None}
        return json.dumps({**more, **read} if isinstance(read, dict) else read)


# --- statuses ---------------------------------------------------------------------------------------------------


@VARIANTS.keeps(
    apart=["not-joined-is-not-found", "ban-ejects", "ban-disconnects", "joining-checked-first", "checks-reversed",
           "checks-shuffled"]
)  # fmt: skip
class NotJoinedIsAConflict(Decisions):
    """Who has not joined is answered 409: no page names the status."""

    def status_of(self, refusal: Refusal) -> int:
        return 409 if refusal.cause == "not_joined" else super().status_of(refusal)


@VARIANTS.keeps(apart=["not-joined-is-a-conflict", "ban-ejects", "ban-disconnects"])
class NotJoinedIsNotFound(Decisions):
    """Who has not joined is answered 404: no page names the status."""

    def status_of(self, refusal: Refusal) -> int:
        return 404 if refusal.cause == "not_joined" else super().status_of(refusal)


@VARIANTS.keeps()
class OutsidersFindNothing(Decisions):
    """To outsiders a private chat does not exist: 404, and not a word more than for one that is not there."""

    def status_of(self, refusal: Refusal) -> int:
        return 404 if refusal.cause == "outsider" else super().status_of(refusal)

    def error_body(self, refusal: Refusal) -> Json:
        return super().error_body(refusals.unknown("chat") if refusal.cause == "outsider" else refusal)


@VARIANTS.keeps(apart=["missing-rights-find-nothing"])
class UnknownChatsForbidden(Decisions):
    """What does not exist is answered 403 like what one may not see."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if is_public(request) and response.status_code == 404:
            response.status_code = 403
        return response


@VARIANTS.keeps(apart=["unknown-chats-forbidden"])
class MissingRightsFindNothing(Decisions):
    """Who lacks a right is answered 404, a clean 4xx like any other."""

    def status_of(self, refusal: Refusal) -> int:
        return 404 if refusal.cause == "forbidden" else super().status_of(refusal)


@VARIANTS.keeps()
class OddChatIdsFindNothing(Decisions):
    """A chat id of the wrong form is one that does not exist: 404."""

    def status_of(self, refusal: Refusal) -> int:
        return 404 if refusal.cause == "path" else super().status_of(refusal)


@VARIANTS.keeps(apart=["body-faults-are-bad-requests"])
class BodyFaultsAreUnprocessable(Decisions):
    """Whatever is wrong with the outer body is answered 422."""

    def status_of(self, refusal: Refusal) -> int:
        return 422 if refusal.cause == "body" and refusal.status != 413 else super().status_of(refusal)


@VARIANTS.keeps(apart=["body-faults-are-unprocessable"])
class BodyFaultsAreBadRequests(Decisions):
    """Whatever is wrong with the outer body is answered 400."""

    def status_of(self, refusal: Refusal) -> int:
        return 400 if refusal.cause == "body" and refusal.status != 413 else super().status_of(refusal)


@VARIANTS.keeps()
class FieldFaultsAreBadRequests(Decisions):
    """A field out of bounds is answered 400, but for the content of a message."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        sends = request.url.path.endswith("/messages")
        if is_public(request) and not sends and response.status_code == 422:
            response.status_code = 400
        return response


@VARIANTS.keeps()
class LargeBodiesAreTooLarge(Decisions):
    """A body above 32 KiB, which no valid content needs, is answered 413 before it is looked at."""

    max_body_bytes = 32 * 1024


@VARIANTS.keeps()
class OddEpochsAreOtherEpochs(Decisions):
    """A negative or huge epoch is an integer like any other, and not the current one: 403."""

    def is_epoch(self, value: object) -> bool:
        return type(value) is int or super().is_epoch(value)


@VARIANTS.keeps()
class DeepNestingIsABadRequest(Decisions):
    """What is nested thousands deep is answered 400 and never parsed."""

    def validate_bundle(self, content: object) -> Bundle | Refusal:
        if isinstance(content, str) and content.count("[") + content.count("{") > _DEEP:
            return Refusal("bundle", 400, "content is nested too deep", code="ERR_INVALID_BUNDLE")
        return super().validate_bundle(content)
