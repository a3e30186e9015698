"""All that the server decides, in one object: replace a method, and the server behaves otherwise.

Each room holds one kind: what a body is (`bodies`), what a bundle is (`bundle`), where somebody stands
(`standing`), how limits count (`limiting`), whether a send is accepted (`judging`), who may do what
(`rights`), what goes out (`shapes`), who hears it (`delivery`), and what changes (`effects`).
"""

from starlette.requests import Request
from starlette.responses import Response

from conformance.reference.bodies import BodyRules
from conformance.reference.effects import Effects


class Decisions(Effects, BodyRules):
    """The contract, kept. One instance serves one server."""

    async def answer(self, request: Request, response: Response) -> Response:  # noqa: ARG002 - for those who replace it
        """Let every HTTP answer pass: the one way out."""
        return response
