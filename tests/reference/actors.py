"""Who the tests act through: plain clients that share nothing with the suite's own."""

import base64
import itertools
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import engineio
import httpx
import socketio

CONTROL_TOKEN = "token-of-the-tests"
BOT_KEY = "key-of-the-bot"
CONTROL = "/_conformance/v1"
PATIENCE_S = 5.0

_numbers = itertools.count(1)


def ciphertext() -> str:
    """A new base64 text of the length of a real one."""
    return base64.b64encode(next(_numbers).to_bytes(42, "big")).decode()


def bundle(epoch: int = 1, ct: str | None = None) -> str:
    return json.dumps({"v": 2, "epoch": epoch, "ct": ct or ciphertext()})


def public_key() -> str:
    return base64.b64encode(next(_numbers).to_bytes(32, "big")).decode()


class Clock:
    """The real time, moved on at will."""

    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        self.offset += seconds


class _InOrder(engineio.Client):
    """Handles each packet in the reading thread, so that the order of events is the order of arrival."""

    def _trigger_event(self, event: str, *args: Any, **kwargs: Any) -> Any:
        return super()._trigger_event(event, *args, **{**kwargs, "run_async": False})


class _Client(socketio.Client):
    def _engineio_client_class(self) -> type[engineio.Client]:
        return _InOrder


class Socket:
    """One connection and all that it heard."""

    def __init__(self, ws_url: str, cookie: str, transport: str = "websocket") -> None:
        self._changed = threading.Condition()
        self._heard: list[tuple[str, Any]] = []
        self.closed = threading.Event()
        self._client = _Client(reconnection=False, handle_sigint=False)
        self._client.on("*", self._file)
        self._client.on("disconnect", lambda *_: self.closed.set())
        self._client.connect(ws_url, headers={"Cookie": cookie}, transports=[transport], wait_timeout=PATIENCE_S)

    def _file(self, event: str, *payload: Any) -> None:
        with self._changed:
            self._heard.append((event, payload[0] if payload else None))
            self._changed.notify_all()

    def call(self, event: str, payload: Any) -> Any:
        return self._client.call(event, payload, timeout=PATIENCE_S)

    def heard(self, event: str | None = None, **members: Any) -> list[Any]:
        with self._changed:
            return [
                payload
                for name, payload in self._heard
                if event in (None, name) and all(payload.get(key) == value for key, value in members.items())
            ]

    def everything(self) -> list[tuple[str, Any]]:
        """Every event with its payload, as they came."""
        with self._changed:
            return list(self._heard)

    def names(self) -> list[str]:
        with self._changed:
            return [name for name, _ in self._heard]

    def wait(self, event: str, **members: Any) -> Any:
        """The first such event, once it is there."""
        ends = time.monotonic() + PATIENCE_S
        with self._changed:
            while not (found := self.heard(event, **members)):
                assert self._changed.wait(ends - time.monotonic()), f"no {event} with {members}: {self._heard}"
        return found[0]

    def close(self) -> None:
        self._client.disconnect()


class Actor:
    """One session of a user: its requests and its sockets."""

    def __init__(self, world: "World", made: dict[str, Any], user_id: int | None = None) -> None:
        self.user_id: int = made.get("user_id", user_id)
        self.username: str = made.get("username", "")
        self.secret: str = made["session"]
        self.session_id: str = made["session_id"]
        self._world = world
        self._socket: Socket | None = None

    @property
    def socket(self) -> Socket:
        if self._socket is None:
            self._socket = self.connect()
        return self._socket

    def connect(self, transport: str = "websocket") -> Socket:
        """One more connection of this session."""
        socket = Socket(self._world.ws_url, f"psession={self.secret}", transport)
        self._world.sockets.append(socket)
        return socket

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        given = {} if body is None else {"json": body}
        headers = {"Cookie": f"psession={self.secret}"} | more.pop("headers", {})
        return self._world.http.post(path, headers=headers, **given, **more)

    def post_chat(self, chat: int, path: str, body: Any = None) -> httpx.Response:
        return self.post(f"/v1/portal/chats/{chat}/{path}", body)

    def send(self, chat: int, content: Any = None, *, epoch: int = 1) -> httpx.Response:
        return self.post_chat(chat, "messages", {"content": content or bundle(epoch)})

    def sent(self, chat: int, content: Any = None, *, epoch: int = 1) -> str:
        """The id of a message that is accepted."""
        answer = self.send(chat, content, epoch=epoch)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def history(self, chat: int) -> httpx.Response:
        cookie = {"Cookie": f"psession={self.secret}"}
        return self._world.http.get(f"/v1/portal/chats/{chat}/history", headers=cookie)

    def messages(self, chat: int) -> list[str]:
        """The ids of the user messages in the history."""
        return [entry["id"] for entry in self.history(chat).json() if entry["type"] == "user"]

    def join(self, chat: int) -> Any:
        return self.socket.call("room:join", {"chat_id": chat})

    def leave(self, chat: int) -> Any:
        return self.socket.call("room:leave", {"chat_id": chat})

    def share(self, chat: int, to: "Actor", *, epoch: int = 1, blob: str = "AAAA") -> Any:
        payload = {"chat_id": chat, "epoch": epoch, "user_id": to.user_id, "session_id": to.session_id}
        return self.socket.call("room:share_key", {**payload, "blob": blob})


class World:
    """One server, and what a test makes on it."""

    def __init__(self, url: str, ws_url: str, clock: Clock) -> None:
        self.url, self.ws_url, self.clock = url, ws_url, clock
        # Plain HTTP needs no TLS context, and making one takes longer than most tests.
        self.http = httpx.Client(base_url=url, timeout=PATIENCE_S * 2, verify=False)  # noqa: S501
        self.sockets: list[Socket] = []

    def control(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
        given = {} if body is None else {"json": body}
        return self.http.request(method, CONTROL + path, headers=headers, **given, **more)

    def user(self, level: int = 0, *, premium: bool = False) -> Actor:
        answer = self.control("POST", "/users", {"permission_level": level, "premium": premium})
        assert answer.status_code == 201, answer.text
        return Actor(self, answer.json())

    def session(self, user: Actor) -> Actor:
        """One more session of the user."""
        answer = self.control("POST", f"/users/{user.user_id}/sessions", {})
        assert answer.status_code == 201, answer.text
        return Actor(self, answer.json(), user.user_id)

    def chat(self, owner: Actor | None = None, *members: Actor, **more: Any) -> int:
        body = {"member_ids": [member.user_id for member in members], **more}
        if owner is not None:
            body["owner_id"] = owner.user_id
        answer = self.control("POST", "/chats", body)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["chat_id"])

    def ready(self, chat: int, *actors: Actor, epoch: int = 1) -> None:
        """Let all of them join, and the first give the key to each."""
        for actor in actors:
            assert actor.join(chat)["ok"]
        for actor in actors:
            assert actors[0].share(chat, actor, epoch=epoch)["ok"]

    def close(self) -> None:
        for socket in self.sockets:
            socket.close()
        self.http.close()


def eventually(holds: Callable[[], bool]) -> None:
    """Wait for what no event tells."""
    ends = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < ends, "it never came true"
        time.sleep(0.01)
