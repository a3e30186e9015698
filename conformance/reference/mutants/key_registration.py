"""Mutants of the chapter key registration: keys that are taken, refused or answered wrongly."""

import base64
import binascii

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference import http, refusals
from conformance.reference.bodies import Body, base64_bytes, text
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutants
from conformance.reference.records import Session
from conformance.reference.refusals import Refusal
from conformance.reference.state import State

MUTANTS = Mutants()


# --- registered or unchanged ----------------------------------------------------------------------------------------


@MUTANTS.breaks("KEY-REGISTER")
class EveryKeyIsNew(Decisions):
    """The same key again is registered again."""

    async def register_key(self, state: State, session: Session, public_key: str) -> bool:
        await super().register_key(state, session, public_key)
        return True


@MUTANTS.breaks("KEY-REGISTER")
class ReplacedKeysAreUnchanged(Decisions):
    """A session that has a key is answered that nothing changed, whatever it registers."""

    async def register_key(self, state: State, session: Session, public_key: str) -> bool:
        known = await state.store.accounts.public_keys([session.id])
        await super().register_key(state, session, public_key)
        return known[session.id] is None


@MUTANTS.breaks("KEY-REGISTER")
class KeysOfThePastAreUnchanged(Decisions):
    """A key that the session had at any time is known, and so unchanged."""

    def __init__(self) -> None:
        super().__init__()
        self._known: set[tuple[str, str]] = set()

    async def register_key(self, state: State, session: Session, public_key: str) -> bool:
        if (session.id, public_key) in self._known:
            return False
        self._known.add((session.id, public_key))
        return await super().register_key(state, session, public_key)


@MUTANTS.breaks("KEY-REGISTER")
class KeysComparedByUser(Decisions):
    """A key is compared with the last one of the user, whichever session registered it."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[int, str] = {}

    async def register_key(self, state: State, session: Session, public_key: str) -> bool:
        if self._last.get(session.user.id) == public_key:
            return False
        self._last[session.user.id] = public_key
        await super().register_key(state, session, public_key)
        return True


@MUTANTS.breaks("KEY-REGISTER", collateral={"KEY-EVENT": "the first key of a session stays what others are told"})
class FirstKeyStays(Decisions):
    """A session's first key stays; what comes later is answered as registered, and dropped."""

    async def register_key(self, state: State, session: Session, public_key: str) -> bool:
        known = await state.store.accounts.public_keys([session.id])
        if known[session.id] is not None:
            return known[session.id] != public_key
        return await super().register_key(state, session, public_key)


@MUTANTS.breaks("KEY-REGISTER")
class ReplacingAKeyIsAConflict(Decisions):
    """A session that has a key may not register another."""

    async def register_key(self, state: State, session: Session, public_key: str) -> bool:
        known = await state.store.accounts.public_keys([session.id])
        if known[session.id] not in (None, public_key):
            raise Refusal("key", 409, "this session has a public key")
        return await super().register_key(state, session, public_key)


class _Answered(Decisions):
    """Another answer to a registration."""

    async def answer(self, request: Request, response: Response) -> Response:
        response = await super().answer(request, response)
        if request.url.path.endswith("/keys") and response.status_code == 200:
            return self.registration_answered(response, new=b'"registered"' in bytes(response.body))
        return response

    def registration_answered(self, response: Response, *, new: bool) -> Response:
        """What is answered in place of ``response``."""
        return response


@MUTANTS.breaks("KEY-REGISTER")
class NewKeyAnswered201(_Answered):
    """A registered key is answered as something created."""

    def registration_answered(self, response: Response, *, new: bool) -> Response:
        response.status_code = 201 if new else 200
        return response


@MUTANTS.breaks("KEY-REGISTER")
class UnchangedKeyAnswered304(_Answered):
    """An unchanged key is answered as something not modified."""

    def registration_answered(self, response: Response, *, new: bool) -> Response:
        return response if new else Response(status_code=304)


@MUTANTS.breaks("KEY-REGISTER")
class KeyStatusInCapitals(_Answered):
    """The status of a registration is written in capitals."""

    def registration_answered(self, response: Response, *, new: bool) -> Response:
        return http.Json({"status": "REGISTERED" if new else "UNCHANGED"})


@MUTANTS.breaks("KEY-REGISTER")
class KeyStatusAsOk(_Answered):
    """A registration is answered with ok alone."""

    def registration_answered(self, response: Response, *, new: bool) -> Response:
        return http.Json({"ok": True})


# --- 32 bytes -------------------------------------------------------------------------------------------------------


def _lenient(value: str) -> bytes | None:
    try:
        return base64.b64decode(value)
    except (binascii.Error, ValueError):
        return None


@MUTANTS.breaks("KEY-32-BYTES")
class KeysOfAnyLength(Decisions):
    """Any base64 is a public key."""

    def public_key_of(self, body: Body) -> str:
        return base64_bytes(body, "public_key")


@MUTANTS.breaks("KEY-32-BYTES")
class KeysMeasuredInCharacters(Decisions):
    """A public key is 44 characters of base64: one byte more or less is not seen."""

    def public_key_of(self, body: Body) -> str:
        value = base64_bytes(body, "public_key")
        if len(value) != 44:
            raise refusals.invalid("public_key must be 44 characters")
        return value


@MUTANTS.breaks("KEY-32-BYTES")
class KeysOfAtLeast32Bytes(Decisions):
    """What a public key has beyond 32 bytes is cut off."""

    def public_key_of(self, body: Body) -> str:
        raw = base64.b64decode(base64_bytes(body, "public_key"))
        if len(raw) < 32:
            raise refusals.invalid("public_key must be base64 of 32 bytes")
        return base64.b64encode(raw[:32]).decode()


@MUTANTS.breaks("KEY-32-BYTES")
class KeysOfAtMost32Bytes(Decisions):
    """What a public key lacks of 32 bytes is filled with zeros."""

    def public_key_of(self, body: Body) -> str:
        raw = base64.b64decode(base64_bytes(body, "public_key"))
        if len(raw) > 32:
            raise refusals.invalid("public_key must be base64 of 32 bytes")
        return base64.b64encode(raw.ljust(32, b"\0")).decode()


@MUTANTS.breaks("KEY-32-BYTES")
class KeysOfStrangeCharacters(Decisions):
    """What is no character of base64 is passed over in a public key."""

    def public_key_of(self, body: Body) -> str:
        raw = _lenient(text(body, "public_key", most=10_000))
        if raw is None or len(raw) != 32:
            raise refusals.invalid("public_key must be base64 of 32 bytes")
        return base64.b64encode(raw).decode()


@MUTANTS.breaks("KEY-32-BYTES")
class KeysReadUpToThePadding(Decisions):
    """A public key is read as far as its padding, and what comes after is passed over."""

    def public_key_of(self, body: Body) -> str:
        value = text(body, "public_key", most=10_000)
        head, equals, _ = value.partition("=")
        return base64_bytes({"public_key": head + equals}, "public_key", size=32)


@MUTANTS.breaks("KEY-32-BYTES")
class KeysInHexadecimal(Decisions):
    """A public key may be written in hexadecimal too."""

    def public_key_of(self, body: Body) -> str:
        value = body.get("public_key")
        try:
            raw = bytes.fromhex(value) if isinstance(value, str) else b""
        except ValueError:
            raw = b""
        return base64.b64encode(raw).decode() if len(raw) == 32 else super().public_key_of(body)


@MUTANTS.breaks("KEY-32-BYTES")
class KeysOf32Characters(Decisions):
    """A public key may be 32 characters as they are."""

    def public_key_of(self, body: Body) -> str:
        value = body.get("public_key")
        if isinstance(value, str) and len(value) == 32:
            return base64.b64encode(value.encode()).decode()
        return super().public_key_of(body)


@MUTANTS.breaks("KEY-32-BYTES")
class NoKeyIsAnEmptyOne(Decisions):
    """A key that is absent, null or empty takes the registered one away."""

    def public_key_of(self, body: Body) -> str:
        return super().public_key_of(body) if body.get("public_key") else ""


@MUTANTS.breaks("KEY-32-BYTES")
class KeysOfOtherTypesCrash(Decisions):
    """A key that is no text makes the server stumble."""

    def public_key_of(self, body: Body) -> str:
        if "public_key" in body:
            assert isinstance(body["public_key"], str)
        return super().public_key_of(body)


@MUTANTS.breaks("KEY-32-BYTES")
class WrongKeysAreForbidden(Decisions):
    """What is no key is answered 403."""

    def public_key_of(self, body: Body) -> str:
        try:
            return super().public_key_of(body)
        except Refusal:
            raise refusals.forbidden() from None


@MUTANTS.breaks("KEY-32-BYTES")
class LongKeysAreTooLarge(Decisions):
    """A key of more than 32 bytes is answered 413."""

    def public_key_of(self, body: Body) -> str:
        value = body.get("public_key")
        if isinstance(value, str) and len(value) > 44:
            raise Refusal("body", 413, "public_key is too long")
        return super().public_key_of(body)


class _RefusedLate(Decisions):
    """Looks at a key's length when it is too late."""

    def public_key_of(self, body: Body) -> str:
        return base64_bytes(body, "public_key")

    async def register_key(self, state: State, session: Session, public_key: str) -> bool:
        if len(base64.b64decode(public_key)) == 32:
            return await super().register_key(state, session, public_key)
        await self.take(state, session, public_key)
        raise refusals.invalid("public_key must be base64 of 32 bytes")

    async def take(self, state: State, session: Session, public_key: str) -> None:
        """What is done with a key that is about to be refused."""


@MUTANTS.breaks("KEY-32-BYTES")
class WrongKeysAreKeptThoughRefused(_RefusedLate):
    """A key of another length is refused, and is the session's from then on."""

    async def take(self, state: State, session: Session, public_key: str) -> None:
        await state.store.accounts.register_key(session.id, public_key)


@MUTANTS.breaks("KEY-32-BYTES")
class WrongKeysAreToldThoughRefused(_RefusedLate):
    """A key of another length is refused, and everybody is told of it."""

    async def take(self, state: State, session: Session, public_key: str) -> None:
        await self.announce_key(state, session, public_key)
