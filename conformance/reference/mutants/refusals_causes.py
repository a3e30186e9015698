"""Mutants of the chapter refusals: a refusal that outlives its cause, or has another's."""

from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Attempt, Bundle
from conformance.reference.refusals import Refusal, forbidden

MUTANTS = Mutants()

ANEW = {"SEND-LENGTH-MAX": "the longest content is sent again behind one that is too long"}


class Holds(Decisions):
    """Remembers whom it refused, and refuses more than there is a cause for."""

    causes: tuple[str, ...] = ()
    """The causes of refusal that are remembered; empty for all."""

    def __init__(self) -> None:
        super().__init__()
        self._held: dict[object, Refusal] = {}

    def mark(self, attempt: Attempt) -> object:
        """What a refusal is remembered by."""
        return attempt.room.chat.id, attempt.session.user.id

    def judge(self, attempt: Attempt) -> Refusal | None:
        refusal = super().judge(attempt)
        if refusal is None:
            return self._held.get(self.mark(attempt))
        if not self.causes or refusal.cause in self.causes:
            self._held.setdefault(self.mark(attempt), refusal)
        return refusal


@MUTANTS.breaks(
    "SEND-DISTINCT",
    "SEND-JOINED",
    "SEND-PRIVATE",
    "SEND-BANNED-LIFTED",
    "SEND-MUTED-LIFTED",
    "SEND-NOKEY-CURED",
    "SEND-429-CHAT",
    collateral=ANEW,
)
class OneRefusalIsForGood(Holds):
    """Who was refused once in a chat is refused there from then on, in the same words."""


@MUTANTS.breaks(
    "SEND-DISTINCT",
    "SEND-JOINED",
    "SEND-PRIVATE",
    "SEND-BANNED-LIFTED",
    "SEND-MUTED-LIFTED",
    "SEND-NOKEY-CURED",
)
class RefusedCiphertextIsAReplay(Holds):
    """A ciphertext is entered as seen before it is judged, so what was refused once is a replay for ever."""

    def mark(self, attempt: Attempt) -> object:
        return attempt.bundle.ct if isinstance(attempt.bundle, Bundle) else object()


@MUTANTS.breaks("SEND-DISTINCT", collateral=ANEW)
class MalformedOnceIsMalformedForGood(Holds):
    """A sender whose content was malformed is answered 422 from then on: the parser keeps its state."""

    causes = ("bundle",)


@MUTANTS.breaks("SEND-DISTINCT")
class WrongEpochLocksOut(Holds):
    """Who sent at a wrong epoch is refused at the right one too."""

    causes = ("epoch",)


@MUTANTS.breaks("SEND-DISTINCT", "SEND-NOKEY-CURED")
class MissingKeyIsRemembered(Holds):
    """Who had no key once is taken to have none."""

    causes = ("no_key",)


@MUTANTS.breaks("SEND-DISTINCT", "SEND-JOINED")
class NotJoinedIsRemembered(Holds):
    """Who was outside once is taken to be outside."""

    causes = ("not_joined",)


@MUTANTS.breaks("SEND-DISTINCT", "SEND-MUTED-LIFTED")
class MutedIsRemembered(Holds):
    """Who was met muted is refused from then on, unmuted or not."""

    causes = ("muted",)


@MUTANTS.breaks("SEND-DISTINCT", "SEND-BANNED-LIFTED")
class BannedIsRemembered(Holds):
    """Who was met banned is refused from then on, unbanned or not."""

    causes = ("banned",)


@MUTANTS.breaks("SEND-DISTINCT", "SEND-429-CHAT")
class LimitedIsRemembered(Holds):
    """Who met a chat's limit once is refused there for good."""

    causes = ("chat_limit",)


@MUTANTS.breaks("SEND-DISTINCT", collateral=ANEW)
class NextSendAfterAMalformedOneCrashes(Decisions):
    """The send after a malformed one ends in an accident: the error handler left something open."""

    def __init__(self) -> None:
        self._open: set[int] = set()

    def judge(self, attempt: Attempt) -> Refusal | None:
        refusal = super().judge(attempt)
        user_id = attempt.session.user.id
        if refusal is not None and refusal.cause == "bundle":
            self._open.add(user_id)
        elif user_id in self._open:
            self._open.discard(user_id)
            raise RuntimeError("the transaction is aborted")
        return refusal


@MUTANTS.breaks("SEND-DISTINCT", collateral=ANEW)
class MalformedTakesTheKey(Decisions):
    """Who sends a malformed bundle has to be given the key anew."""

    def __init__(self) -> None:
        self._without: set[tuple[int, str]] = set()

    def judge(self, attempt: Attempt) -> Refusal | None:
        refusal = super().judge(attempt)
        who = attempt.room.chat.id, attempt.session.id
        if refusal is None and who in self._without:
            return Refusal("no_key", 403, "you have no key of this chat's current epoch", code="ERR_NO_ROOM_KEY")
        if refusal is not None and refusal.cause == "bundle":
            self._without.add(who)
        return refusal


@MUTANTS.breaks("SEND-DISTINCT")
class WrongEpochTakesTheKey(Decisions):
    """Who sends at a wrong epoch loses the key of the right one."""

    def __init__(self) -> None:
        self._without: set[tuple[int, str, int]] = set()

    def judge(self, attempt: Attempt) -> Refusal | None:
        refusal = super().judge(attempt)
        who = attempt.room.chat.id, attempt.session.id, attempt.room.epoch
        if refusal is None and who in self._without:
            return Refusal("no_key", 403, "you have no key of this chat's current epoch", code="ERR_NO_ROOM_KEY")
        if refusal is not None and refusal.cause == "epoch":
            self._without.add(who)
        return refusal


@MUTANTS.breaks("SEND-DISTINCT", collateral=ANEW)
class MalformedIsAStrike(Decisions):
    """Three malformed sends ban their sender from the chat."""

    def __init__(self) -> None:
        self._strikes: dict[tuple[int, int], int] = {}

    def judge(self, attempt: Attempt) -> Refusal | None:
        who = attempt.room.chat.id, attempt.session.user.id
        refusal = super().judge(attempt)
        if refusal is not None and refusal.cause == "bundle":
            self._strikes[who] = self._strikes.get(who, 0) + 1
        if refusal is None and self._strikes.get(who, 0) >= 3:
            return forbidden("too many malformed messages")
        return refusal


@MUTANTS.breaks("SEND-ACCEPT")
class ABanFreezesTheChat(Decisions):
    """While anybody is banned from a chat nobody may send there."""

    def judge(self, attempt: Attempt) -> Refusal | None:
        frozen = any(self.still_holds(until, attempt.now) for until in attempt.room.bans.values())
        return super().judge(attempt) or (forbidden("the chat is frozen") if frozen else None)


@MUTANTS.breaks("SEND-ACCEPT")
class AMuteSilencesEverybody(Decisions):
    """While anybody is muted in a chat nobody may send there."""

    def judge(self, attempt: Attempt) -> Refusal | None:
        frozen = any(self.still_holds(until, attempt.now) for until in attempt.room.mutes.values())
        return super().judge(attempt) or (forbidden("the chat is frozen") if frozen else None)
