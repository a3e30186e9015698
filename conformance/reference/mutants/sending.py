"""Mutants of the chapter sending: what is accepted, and with which status."""

import base64
import json

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference import refusals
from conformance.reference.decisions import Decisions
from conformance.reference.http import Json
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Bundle, Room, Session
from conformance.reference.refusals import Refusal

MUTANTS = Mutants()

LONGEST_TOO = {"SEND-LENGTH-MAX": "the longest content is spelled in this very way"}
TWINS_TOO = {
    "SEND-LENGTH-MAX": "the ciphertext of the longest content is such a one",
    "SEND-DISTINCT": "the ciphertext of each malformed bundle's unspoiled twin is such a one",
}


def is_accepted_send(request: Request, response: Response) -> bool:
    """Whether this answers an accepted send."""
    return request.url.path.endswith("/messages") and response.status_code == 200


# What these clauses promise is that a send is accepted, which means 200.
ACCEPTANCE_ELSEWHERE = dict.fromkeys(
    (
        "SEND-JOINED",
        "SEND-PRIVATE",
        "SEND-BANNED-SCOPE",
        "SEND-BANNED-LIFTED",
        "SEND-MUTED-SCOPE",
        "SEND-MUTED-LIFTED",
        "SEND-EPOCH-STALE",
        "SEND-EPOCH-FUTURE",
        "SEND-NOKEY-CURED",
        "SEND-LENGTH-MAX",
        "SEND-429-CHAT",
        "SEND-429-SCOPE",
        "SEND-DISTINCT",
    ),
    "its proof ends with a send that has to be accepted, and another status is no acceptance",
)

# --- the status ------------------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-ACCEPT", collateral=ACCEPTANCE_ELSEWHERE)
class AcceptedIsCreated(Decisions):
    """An accepted send is answered 201, as if it were the textbook's."""

    async def answer(self, request: Request, response: Response) -> Response:
        if is_accepted_send(request, response):
            response.status_code = 201
        return response


@MUTANTS.breaks("SEND-ACCEPT", collateral=ACCEPTANCE_ELSEWHERE)
class AcceptedIsQueued(Decisions):
    """An accepted send is answered 202, since a worker will see to it."""

    async def answer(self, request: Request, response: Response) -> Response:
        if is_accepted_send(request, response):
            response.status_code = 202
        return response


@MUTANTS.breaks("SEND-ACCEPT", collateral=ACCEPTANCE_ELSEWHERE)
class AcceptedIsNoContent(Decisions):
    """An accepted send is answered 204 without a body."""

    async def answer(self, request: Request, response: Response) -> Response:
        return Response(status_code=204) if is_accepted_send(request, response) else response


@MUTANTS.breaks("SEND-ACCEPT")
class AcceptedIsAnsweredAsAFailure(Decisions):
    """A send is stored and told, and then answered 500."""

    async def answer(self, request: Request, response: Response) -> Response:
        if is_accepted_send(request, response):
            return Json({"error": "the server failed", "correlation_id": self.correlation_id()}, status_code=500)
        return response


# --- who may send ----------------------------------------------------------------------------------------------------


class _Refuses(Decisions):
    """Refuses some attempts that nothing speaks against."""

    def spurns(self, attempt: Attempt) -> bool:
        raise NotImplementedError

    def judge(self, attempt: Attempt) -> Refusal | None:
        return super().judge(attempt) or (refusals.forbidden() if self.spurns(attempt) else None)


@MUTANTS.breaks("SEND-ACCEPT")
class EverySendIsForbidden(_Refuses):
    """Whatever is sent, whoever sends it: 403."""

    def spurns(self, attempt: Attempt) -> bool:
        return True


@MUTANTS.breaks("SEND-ACCEPT", collateral=ACCEPTANCE_ELSEWHERE)
class OnlyTheOwnerMaySend(_Refuses):
    """Nobody but the chat's owner may send, as in a channel of announcements."""

    def spurns(self, attempt: Attempt) -> bool:
        return not self.owns(attempt.session.user, attempt.room.chat)


@MUTANTS.breaks("SEND-ACCEPT", collateral=ACCEPTANCE_ELSEWHERE)
class TheOwnerMayNotSend(_Refuses):
    """The chat's owner is looked for among its members and not found there."""

    def spurns(self, attempt: Attempt) -> bool:
        return self.owns(attempt.session.user, attempt.room.chat)


@MUTANTS.breaks("SEND-ACCEPT")
class TheOwnerOfAPrivateChatMayNotSend(_Refuses):
    """In a private chat its owner is looked for among its members and not found there."""

    def spurns(self, attempt: Attempt) -> bool:
        return self.is_private(attempt.room.chat) and attempt.session.user.id not in attempt.room.members


@MUTANTS.breaks("SEND-ACCEPT")
class NobodyMaySendToAPrivateChat(_Refuses):
    """Sends are accepted in public chats alone."""

    def spurns(self, attempt: Attempt) -> bool:
        return self.is_private(attempt.room.chat)


@MUTANTS.breaks("SEND-ACCEPT")
class OneSessionAUserMaySend(_Refuses):
    """The joined sessions of a chat are kept by user, so only one session of each may send."""

    def spurns(self, attempt: Attempt) -> bool:
        user = attempt.session.user.id
        of_user = [session for session, owner in attempt.room.joined.items() if owner == user]
        return attempt.session.id != min(of_user)


@MUTANTS.breaks(
    "SEND-ACCEPT",
    "SEND-NOKEY",
    "SEND-NOKEY-CURED",
    collateral={"SEND-DISTINCT": "who was given the key, and so lacks nothing any more, is refused all the same"},
)
class OnlyTheDistributorHasTheKey(Decisions):
    """Who distributed the key has it; those who were handed it do not."""

    def has_key(self, session: Session, room: Room) -> bool:
        return room.distributors.get(room.epoch) == session.id


@MUTANTS.breaks("SEND-ACCEPT")
class KeysAreKeptByOneSessionOfAUser(Decisions):
    """The key belongs to the first session of a user that it was given to; the user's others lack it."""

    def has_key(self, session: Session, room: Room) -> bool:
        of_user = sorted(
            holder.session_id
            for holder in room.key_holders
            if (holder.epoch, holder.user_id) == (room.epoch, session.user.id)
        )
        return of_user[:1] == [session.id]


# --- which bundles are valid -----------------------------------------------------------------------------------------


class _RefusesContent(Decisions):
    """Calls some valid contents malformed."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        raise NotImplementedError

    def validate_bundle(self, content: object) -> Bundle | Refusal:
        bundle = super().validate_bundle(content)
        if isinstance(bundle, Bundle) and self.spurns(str(content), bundle):
            return refusals.invalid_bundle("content must be a CiphertextV2 bundle")
        return bundle


@MUTANTS.breaks("SEND-ACCEPT", collateral=TWINS_TOO)
class SlashesAreNotBase64(_RefusesContent):
    """A ct with a slash is refused: the pattern is that of another alphabet."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return "/" in bundle.ct


@MUTANTS.breaks("SEND-ACCEPT", collateral=TWINS_TOO)
class PlusesAreNotBase64(_RefusesContent):
    """A ct with a plus is refused: somebody decodes it as a form field first."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return "+" in bundle.ct


@MUTANTS.breaks("SEND-ACCEPT", collateral=TWINS_TOO)
class PaddingIsNotBase64(_RefusesContent):
    """A ct that is padded is refused."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return bundle.ct.endswith("=")


@MUTANTS.breaks("SEND-ACCEPT")
class TwoPaddingsAreTooMany(_RefusesContent):
    """A ct with two padding characters is refused: the pattern ends in one that may be there."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return bundle.ct.endswith("==")


@MUTANTS.breaks(
    "SEND-ACCEPT", collateral={"SEND-NOKEY": "an owner without the key, too, is told that its bundle is none"}
)
class PaddingIsNeeded(_RefusesContent):
    """A ct without any padding is refused: the pattern asks for at least one."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return not bundle.ct.endswith("=")


@MUTANTS.breaks("SEND-ACCEPT")
class MembersHaveAnOrder(_RefusesContent):
    """A bundle whose members come in another order than v, epoch, ct is refused."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return list(json.loads(content)) != ["v", "epoch", "ct"]


@MUTANTS.breaks("SEND-ACCEPT")
class CiphertextComesLast(_RefusesContent):
    """A bundle in which something follows the ct is refused: a scanner reads from there to the end."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return [*json.loads(content)][-1:] != ["ct"]


@MUTANTS.breaks("SEND-ACCEPT", collateral=LONGEST_TOO)
class WhitespaceIsNotJson(_RefusesContent):
    """A bundle with whitespace between its tokens is refused."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return any(character in content for character in " \t\r\n")


@MUTANTS.breaks("SEND-ACCEPT")
class LineBreaksAreNotJson(_RefusesContent):
    """A bundle that is written on several lines is refused: the pattern's dot does not match their ends."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return "\n" in content


@MUTANTS.breaks("SEND-ACCEPT")
class CarriageReturnsAreNotJson(_RefusesContent):
    """A bundle with a carriage return between its tokens is refused: the parser knows one kind of line end."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return "\r" in content


@MUTANTS.breaks("SEND-ACCEPT")
class TabsAreNotJson(_RefusesContent):
    """A bundle with a tab between its tokens is refused, as a control character."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return "\t" in content


@MUTANTS.breaks("SEND-ACCEPT")
class BundleStartsWithABrace(_RefusesContent):
    """A bundle with whitespace in front is refused: the first character has to be a brace."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return not content.startswith("{")


@MUTANTS.breaks("SEND-ACCEPT")
class BundleEndsWithABrace(_RefusesContent):
    """A bundle with whitespace behind is refused: the last character has to be a brace."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return not content.endswith("}")


@MUTANTS.breaks("SEND-ACCEPT")
class BackslashesAreNotBase64(_RefusesContent):
    """A bundle with any escape in its strings is refused."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return "\\" in content


@MUTANTS.breaks("SEND-ACCEPT")
class EscapedNamesAreUnknown(_RefusesContent):
    """A bundle whose member names are escaped is refused: they are searched for in the text."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return not all(f'"{name}"' in content for name in ("v", "epoch", "ct"))


@MUTANTS.breaks("SEND-ACCEPT")
class EscapedSlashesCrashTheServer(_RefusesContent):
    r"""A slash that is written as ``\/`` ends in an accident, and a 500."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        if "\\/" in content:
            raise KeyError("/")
        return False


# --- how long, how short ---------------------------------------------------------------------------------------------


@MUTANTS.breaks("SEND-ACCEPT", "SEND-LENGTH-MAX")
class LongestIsOneTooLong(Decisions):
    """Content of exactly 4096 characters is refused: less than, in place of at most."""

    max_content_length = 4095


@MUTANTS.breaks("SEND-ACCEPT", "SEND-LENGTH-MAX")
class LengthIsOfTheEscapedText(Decisions):
    """The length of the content is taken as it stands in the request's body, with its backslashes."""

    def is_text_length(self, content: str) -> bool:
        return 0 < len(json.dumps(content)) - 2 <= self.max_content_length


@MUTANTS.breaks("SEND-ACCEPT", "SEND-LENGTH-MAX")
class LengthIsOfTheDecodedCiphertext(_RefusesContent):
    """A ciphertext of more than 2048 bytes is refused, though its bundle is within 4096 characters."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return len(base64.b64decode(bundle.ct)) > 2048


@MUTANTS.breaks("SEND-ACCEPT")
class EmptyPlaintextIsNoMessage(_RefusesContent):
    """The smallest bundle is refused: more than nonce and tag is asked for."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return len(base64.b64decode(bundle.ct)) == 24 + 16


@MUTANTS.breaks("SEND-ACCEPT")
class ShortCiphertextsAreNoise(_RefusesContent):
    """A ct of fewer than 64 characters is refused, since nobody says so little."""

    def spurns(self, content: str, bundle: Bundle) -> bool:
        return len(bundle.ct) < 64
