"""All that the server decides, in one object: replace a method, and the server behaves otherwise.

Each room holds one kind: what a body is (`bodies`), what a bundle is (`bundle`), where somebody stands
(`standing`), how limits count (`limiting`), whether a send is accepted (`judging`), who may do what
(`rights`), what goes out (`shapes`), who hears it (`delivery`), what changes (`effects`), and what new things
are called (`naming`).
"""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from conformance.reference.bodies import BodyRules
from conformance.reference.effects import Effects
from conformance.reference.naming import Naming
from conformance.reference.records import Session
from conformance.reference.settings import COOKIE
from conformance.reference.state import State

Middleware = Callable[[ASGIApp], ASGIApp]
"""What stands between the transport and an application."""


class Decisions(Effects, BodyRules, Naming):
    """The contract, kept. One instance serves one server."""

    def request_of(self, event: str, payload: Any) -> tuple[str, Any]:
        """What a client asks for by Socket.IO, in the names of the default dialect."""
        return event, payload

    async def caller_of(self, request: Request, state: State) -> Session | None:
        """Who makes an HTTP request: whose session its cookie is; None where it is nobody's."""
        return await self.session_of(state, request.cookies.get(COOKIE))

    async def answer(self, request: Request, response: Response) -> Response:  # noqa: ARG002 - for those who replace it
        """Let every HTTP answer pass: the one way out."""
        return response

    def middlewares(self) -> Sequence[Middleware]:
        """What stands in front of the whole server, Socket.IO as well, the outermost first: nothing."""
        return ()
