"""Provisioning by the control API: the target makes users and chats for the suite on request."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from conformance import schemas
from conformance.client.http import Answer, HttpClient
from conformance.dialect import MISSING
from conformance.errors import Blocked, PreflightFailure
from conformance.interrupts import held_back
from conformance.provision.base import Chat, Identity, Limit, type_of_chat
from conformance.redact import Secrets, elide
from conformance.wire import WireLog

ROOT = "/_conformance/v1"
PROTOCOL = "portal-conformance-control/1"
_ACTOR = "control"
# Whether anybody is there at all is soon known: a target that is silent for so long is not up.
_FIRST_CONTACT_S = 4.0


class ControlDriver:
    """Speaks the control API of one target with its token."""

    def __init__(self, http: HttpClient, token: str, secrets: Secrets, *, token_env: str) -> None:
        self._http = http
        self._token = token
        self._secrets = secrets
        self._token_env = token_env

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
        if answer.status == 404:  # noqa: PLR2004 - not found
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

    def ask(
        self,
        wire: WireLog,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        timeout_s: float | None = None,
    ) -> Answer:
        """One request to the control API."""
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

    def user(self, *, permission_level: int = 0, premium: bool = False) -> Identity:
        """A fresh user with one session."""
        with held_back():
            made = self._make("/users", {"permission_level": permission_level, "premium": premium}, "user")
            self._made.append(f"/users/{made['user_id']}")
        return self._identity(made["user_id"], made["username"], made)

    def session(self, of: Identity) -> Identity:
        """One more session of the same user."""
        made = self._make(f"/users/{of.user_id}/sessions", {}, "session")
        return self._identity(of.user_id, of.username, made)

    def _identity(self, user_id: object, username: str, made: Mapping[str, Any]) -> Identity:
        self._secrets.add(made["session"])
        return Identity(user_id, made["session_id"], username, made["session"])

    def chat(
        self,
        *,
        owner: Identity,
        members: Sequence[Identity] = (),
        visibility: type_of_chat = "public",
        history_visible: bool = True,
    ) -> Chat:
        """A fresh chat."""
        wanted = {
            "visibility": visibility,
            "owner_id": owner.user_id,
            "member_ids": [member.user_id for member in members],
            "history_visible": history_visible,
        }
        with held_back():
            made = self._make("/chats", wanted, "chat")
            self._made.append(f"/chats/{made['chat_id']}")
        return Chat(made["chat_id"], made["chat_name"], visibility, owner.user_id, history_visible)

    def give_membership(self, chat: Chat, user: Identity) -> None:
        """Make ``user`` a member."""
        self._do("PUT", f"/chats/{chat.chat_id}/members/{user.user_id}")

    def take_membership(self, chat: Chat, user: Identity) -> None:
        """End the membership of ``user``."""
        self._do("DELETE", f"/chats/{chat.chat_id}/members/{user.user_id}")

    def limit_chat(self, chat: Chat, limit: Limit) -> None:
        """Set the message limit of a chat and sender."""
        self._do("PUT", f"/chats/{chat.chat_id}/limit", _as_body(limit))

    def limit_user(self, user: Identity, limit: Limit) -> None:
        """Set a sender's limit over all chats."""
        self._do("PUT", f"/users/{user.user_id}/limit", _as_body(limit))

    def give_back(self, chat: Chat) -> None:
        """Delete this chat; where that fails it is tried once more at the end."""
        path = f"/chats/{chat.chat_id}"
        with held_back():
            if not self._delete(path):
                self._made.remove(path)

    def close(self) -> Sequence[str]:
        """Delete everything, the newest first; what could not be deleted, a sentence each."""
        with held_back():
            left = [sentence for path in reversed(self._made) if (sentence := self._delete(path))]
            self._made.clear()
        return left

    def _delete(self, path: str) -> str:
        try:
            self._do("DELETE", path)
        except Blocked as error:
            return f"{path} is left on the target: {error}"
        return ""

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


def _as_body(limit: Limit) -> dict[str, Any]:
    return {"messages": limit.messages, "window_s": limit.window_s}


def _kind(answer: Answer) -> str:
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if answer.json is MISSING:
        return f"a body that is not JSON ({elide(kind or 'no content type', 60)})"
    return f"JSON of another kind ({elide(answer.text, 60)})"
