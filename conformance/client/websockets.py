"""The library's WebSocket, bounded in bytes, and without its memory for cookies."""

import contextlib
import socket
from typing import Any

import websocket
from websocket import _abnf, _handshake
from websocket._cookiejar import SimpleCookieJar

from conformance.client.allowance import Allowance


class _Forgetful(SimpleCookieJar):
    """The library has one jar for all connections of a process: one actor would be let in with another's cookie."""

    def add(self, set_cookie: str | None) -> None:
        """Keep nothing."""

    def get(self, host: str) -> str:  # noqa: ARG002 - the library's own signature
        """Nothing is kept."""
        return ""


_handshake.CookieJar = _Forgetful()


class _Frames(_abnf.frame_buffer):
    """The library would read a frame of any length before it looked at it."""

    allowance: Allowance

    def recv_length(self) -> None:
        super().recv_length()
        self.allowance.must_fit(self.length or 0)


class _Message(_abnf.continuous_frame):
    """One message of many frames is bounded as one of a single frame is."""

    allowance: Allowance

    def add(self, frame: Any) -> None:
        super().add(frame)
        assert self.cont_data is not None
        self.allowance.must_fit(len(self.cont_data[1]))


class BoundedWebSocket(websocket.WebSocket):
    """A WebSocket of which each frame is taken from ``allowance``; where that is used up it hangs up."""

    def __init__(self, allowance: Allowance, **options: Any) -> None:
        super().__init__(**options)
        self._allowance = allowance
        self.frame_buffer = _Frames(self._recv, skip_utf8_validation=False)
        self.cont_frame = _Message(fire_cont_frame=False, skip_utf8_validation=False)
        self.frame_buffer.allowance = self.cont_frame.allowance = allowance

    def recv_frame(self) -> Any:
        """The next frame; raises `conformance.client.allowance.TooMuch` where it is one too many."""
        frame = super().recv_frame()  # type: ignore[no-untyped-call]
        self._allowance.take(frame.data)
        return frame

    def recv_data_frame(self, *options: Any) -> Any:
        """The next message; whatever is wrong with it, no more is said to who said that."""
        try:
            return super().recv_data_frame(*options)
        except BaseException:
            self.hang_up()
            raise

    def hang_up(self) -> None:
        """End the connection here and now, from any thread."""
        raw = self.sock
        if raw is not None:
            with contextlib.suppress(OSError):
                raw.shutdown(socket.SHUT_RDWR)
