"""Provisioning by the control API: the target makes users and chats for the suite on request."""

import json
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from conformance import schemas
from conformance.client.answers import Answer, Exchanging
from conformance.client.pacing import Pace
from conformance.client.patience import Patience
from conformance.dialect import MISSING
from conformance.errors import Blocked, PreflightFailure
from conformance.interrupts import held_back
from conformance.limits import Limit
from conformance.provision.base import UNTOUCHED, Aftermath, Chat, Doors, Identity, OpenDoors, type_of_chat, wanted_chat
from conformance.provision.borrowed import Borrowed
from conformance.redact import Secrets, elide, printable
from conformance.wire import WireLog

ROOT = "/_conformance/v1"
PROTOCOL = "portal-conformance-control/1"
_ACTOR = "control"
_NOT_FOUND = 404
_BRISK_S = 1.0
"""A deletion that takes no longer is none that anybody waits for."""
# Whether anybody is there at all is soon known: a target that is silent for so long is not up.
_FIRST_CONTACT_S = 4.0
# Far beyond what a scenario sends: a limit met there would be an accident.
_PLENTY = Limit(100_000, 10)


@dataclass(frozen=True, slots=True)
class Kept:
    """A user that scenarios are lent one after the other, with what it was made as."""

    permission_level: int
    premium: bool
    identity: Identity

    @property
    def path(self) -> str:
        """Where it is given back."""
        return f"/users/{_part(self.identity.user_id)}"


class ControlDriver:
    """Speaks the control API of one target with its token.

    ``keeps_users``: who is as before after a scenario is lent to the next one, instead of a fresh user.
    """

    scarce = False

    def __init__(
        self,
        http: Exchanging,
        token: str,
        secrets: Secrets,
        *,
        token_env: str,
        gives_back: bool = True,
        pace: Pace | None = None,
        patience: Patience | None = None,
        keeps_users: bool = False,
        borrowed: Borrowed | None = None,
    ) -> None:
        self._http = http
        self._pace = pace or Pace()
        self._patience = patience or Patience()
        self._token = token
        self._secrets = secrets
        self._token_env = token_env
        self._borrowed = borrowed or Borrowed()
        self.gives_back = gives_back
        self.keeps_users = self.in_turn = keeps_users
        self._kept: list[Kept] = []
        self._lock = threading.Lock()

    def hello(self, wire: WireLog) -> None:
        """Greet the control API; raises `PreflightFailure` where it is absent, closed or something else."""
        answer = self.ask(wire, "GET", "/", timeout_s=_FIRST_CONTACT_S)
        where = answer.exchange.path
        if answer.status in (401, 403):
            what = f"refused the token ({answer.status})" if self._token else "needs a token"
            raise PreflightFailure(
                f"the control API {what}: configuration; set the environment variable {self._token_env} "
                "to the token that the target was started with"
            )
        if answer.status == _NOT_FOUND:
            raise PreflightFailure(
                f"the target has no control API (404 for {where}): target; "
                "start it with a control token, or correct the URL if it is not the REST host"
            )
        if not answer.ok or not isinstance(answer.json, dict) or answer.json.get("protocol") != PROTOCOL:
            raise PreflightFailure(
                f"{where} answered {answer.status} with {_kind(answer)} instead of the control API's greeting: "
                "target; correct the URL, or let the suite past the login page or proxy in front of it"
            )

    def lease(self, wire: WireLog) -> "ControlLease":
        """A lease whose requests are logged in ``wire``."""
        return ControlLease(self, wire, self._secrets)

    def close(self) -> Sequence[str]:
        """Delete the users that were kept; what could not be deleted, a sentence each."""
        with held_back():
            kept, self._kept = self._kept, []
            wire = WireLog(self._secrets)
            return self.give_back(wire, [one.path for one in kept]) if self.gives_back else ()

    def take(self, permission_level: int, *, premium: bool) -> Kept | None:
        """A user that was kept and is such a one; None where there is none."""
        with self._lock:
            for one in self._kept:
                if (one.permission_level, one.premium) == (permission_level, premium):
                    self._kept.remove(one)
                    return one
        return None

    def keep(self, users: Iterable[Kept]) -> None:
        """These may be lent again."""
        with self._lock:
            self._kept.extend(users)

    def clear_up(self, wire: WireLog) -> Sequence[str]:
        """Delete what earlier runs were killed over; what could not be deleted, a sentence each."""
        if not self.gives_back:
            return []
        return self.give_back(wire, reversed(self._borrowed.left_behind()), may_be_gone=True)

    def note(self, path: str) -> None:
        """Note that ``path`` was made; raises `Blocked` where it is lent already."""
        # A run that is killed between the target's answer and this line leaves behind what nobody knows of: before
        # the answer it has no name yet.
        if self._secrets.mask(path) == path and not self._borrowed.made(path):
            raise Blocked(f"the control API made {path} while the suite still has the one that it made before")

    def give_back(self, wire: WireLog, paths: Iterable[str], *, may_be_gone: bool = False) -> list[str]:
        """Delete ``paths``; what could not be deleted, a sentence each.

        Once so long was waited in vain as a request may take, the rest is not tried: a target that is silent is silent
        for each. One that answers may be asked to delete thousands.
        """
        left, spent_s = list[str](), 0.0
        for path in paths:
            # What it waits for its own pace is none of the target's doing.
            self._pace.wait(_ACTOR)
            began = time.monotonic()
            late = spent_s >= self._http.timeout_s
            fault = "nothing was answered in time" if late else self._delete(wire, path, may_be_gone)
            spent_s += max(0.0, time.monotonic() - began - (0 if fault else _BRISK_S))
            if fault:
                left.append(f"{printable(path)} is left on the target: {fault}")
        return left

    def _delete(self, wire: WireLog, path: str, may_be_gone: bool) -> str:  # noqa: FBT001 - what a 404 says
        """Delete ``path``; why it is still there, empty where it is not."""
        self._borrowed.returning(path)
        try:
            answer = self._ask(wire, "DELETE", path)
        except Blocked as error:
            return str(error)
        if not answer.ok and not (may_be_gone and answer.status == _NOT_FOUND):
            return f"the control API answered {answer.status} to DELETE {path}"
        self._borrowed.gone(path)
        return ""

    def ask(
        self,
        wire: WireLog,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        timeout_s: float | None = None,
    ) -> Answer:
        """One request to the control API, at the pace of the run; a limit that is met is waited out."""

        def paced() -> Answer:
            self._pace.wait(_ACTOR)
            return self._ask(wire, method, path, body, timeout_s)

        return self._patience.ask(paced)

    def _ask(
        self,
        wire: WireLog,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        timeout_s: float | None = None,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        sent = b"" if body is None else json.dumps(body).encode()
        return self._http.request(
            method, ROOT + path, actor=_ACTOR, wire=wire, body=sent, headers=headers, timeout_s=timeout_s
        )


class ControlLease:
    """Users and chats made for one scenario, deleted when it ends."""

    def __init__(self, driver: ControlDriver, wire: WireLog, secrets: Secrets) -> None:
        self._driver = driver
        self._wire = wire
        self._secrets = secrets
        self._made: list[str] = []
        self._kept: list[Kept] = []
        self._sessions: set[str] = set()

    def user(self, *, permission_level: int = 0, premium: bool = False) -> Identity:
        """A fresh user with one session, or one that was kept."""
        with held_back():
            kept = self._driver.take(permission_level, premium=premium)
            if kept is not None:
                self._made.append(kept.path)
                self._kept.append(kept)
                return kept.identity
            made = self._make("/users", {"permission_level": permission_level, "premium": premium}, "user")
            self._secrets.add(made["session"])
            self._note(f"/users/{_part(made['user_id'])}")
        identity = self._identity(made["user_id"], made["username"], made)
        if self._driver.keeps_users:
            # It will send more than any user of one scenario does.
            self.limit_user(identity, _PLENTY)
            self._kept.append(Kept(permission_level, premium, identity))
        return identity

    def session(self, of: Identity) -> Identity:
        """One more session of the same user."""
        made = self._make(f"/users/{_part(of.user_id)}/sessions", {}, "session")
        return self._identity(of.user_id, of.username, made)

    def _identity(self, user_id: object, username: str, made: Mapping[str, Any]) -> Identity:
        self._secrets.add(made["session"])
        if made["session"] in self._sessions:
            raise Blocked("the control API gave the same session twice")
        self._sessions.add(made["session"])
        return Identity(user_id, made["session_id"], username, made["session"])

    def chat(
        self,
        *,
        owner: Identity,
        members: Sequence[Identity] = (),
        visibility: wanted_chat = "any",
        history_visible: bool = True,
    ) -> Chat:
        """A fresh chat."""
        made_as: type_of_chat = "public" if visibility == "any" else visibility
        wanted = {
            "visibility": made_as,
            "owner_id": owner.user_id,
            "member_ids": [member.user_id for member in members],
            "history_visible": history_visible,
        }
        with held_back():
            made = self._make("/chats", wanted, "chat")
            self._note(f"/chats/{_part(made['chat_id'])}")
        return Chat(made["chat_id"], made["chat_name"], made_as, owner.user_id, history_visible)

    def doors(self, chat: Chat) -> Doors:  # noqa: ARG002 - of any chat
        """What is lent as any kind is public here."""
        return OpenDoors()

    def _note(self, path: str) -> None:
        self._driver.note(path)
        self._made.append(path)

    def give_membership(self, chat: Chat, user: Identity) -> None:
        """Make ``user`` a member."""
        self._do("PUT", f"/chats/{_part(chat.chat_id)}/members/{_part(user.user_id)}")

    def take_membership(self, chat: Chat, user: Identity) -> None:
        """End the membership of ``user``."""
        self._do("DELETE", f"/chats/{_part(chat.chat_id)}/members/{_part(user.user_id)}")

    def limit_chat(self, chat: Chat, limit: Limit) -> Limit:
        """Set the message limit of a chat and sender."""
        self._do("PUT", f"/chats/{_part(chat.chat_id)}/limit", _as_body(limit))
        return limit

    def limit_user(self, user: Identity, limit: Limit) -> Limit:
        """Set a sender's limit over all chats."""
        self._do("PUT", f"/users/{_part(user.user_id)}/limit", _as_body(limit))
        if limit != _PLENTY:
            self._kept = [one for one in self._kept if one.identity.user_id != user.user_id]
        return limit

    def unlimited(self, chat: Chat | None, users: Sequence[Identity]) -> None:
        """Give the chat and its users limits that nobody meets by accident."""
        if chat is not None:
            self.limit_chat(chat, _PLENTY)
        for user in users:
            self.limit_user(user, _PLENTY)

    def give_back(self, chat: Chat) -> None:
        """Delete this chat; where that fails it is tried once more at the end."""
        path = f"/chats/{_part(chat.chat_id)}"
        with held_back():
            if not self._driver.give_back(self._wire, [path]):
                self._made.remove(path)

    def close(self, after: Aftermath = UNTOUCHED) -> Sequence[str]:
        """Delete everything but who is kept, the newest first; what could not be deleted, a sentence each."""
        self._keep_who_is_as_before(after)
        if not self._driver.gives_back:
            return []
        with held_back():
            left = self._driver.give_back(self._wire, reversed(self._made))
            self._made.clear()
        return left

    def _keep_who_is_as_before(self, after: Aftermath) -> None:
        with held_back():
            lent, self._kept = self._kept, []
            kept = [one for one in lent if after.clean and str(one.identity.user_id) not in after.hard_muted]
            for one in kept:
                self._made.remove(one.path)
            self._driver.keep(kept)

    def _make(self, path: str, body: Mapping[str, Any], kind: str) -> dict[str, Any]:
        answer = self._driver.ask(self._wire, "POST", path, body)
        made = answer.json
        faults = schemas.faults("control", made, kind) if made is not MISSING else (_kind(answer),)
        if not answer.ok or faults:
            why = f"answered {answer.status}" if not answer.ok else f"its answer is not right: {'; '.join(faults)}"
            raise Blocked(f"the control API did not make a {kind}: POST {path} {why}")
        return dict(made)

    def _do(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        answer = self._driver.ask(self._wire, method, path, body)
        if not answer.ok:
            raise Blocked(f"the control API answered {answer.status} to {method} {path}")


def _part(opaque: object) -> str:
    """An id as a part of a path: nobody says which characters are in it."""
    return quote(str(opaque), safe="")


def _as_body(limit: Limit) -> dict[str, Any]:
    return {"messages": limit.messages, "window_s": limit.window_s}


def _kind(answer: Answer) -> str:
    # As it is logged, and so without what a target may echo of the token.
    kind = answer.exchange.response_headers.get("content-type", "").partition(";")[0]
    if answer.json is MISSING:
        return f"a body that is not JSON ({elide(kind or 'no content type', 60)})"
    return f"JSON of another kind ({elide(answer.exchange.response_body, 60)})"
