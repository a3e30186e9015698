"""How variants rewrite an HTTP answer that is ready to go."""

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

PUBLIC = "/v1/portal/"


def respelled(response: Response, spell: Callable[[Any], str]) -> Response:
    """The answer with its JSON spelled otherwise; untouched where it has none."""
    if response.body:
        set_text(response, spell(json.loads(bytes(response.body))))
    return response


def set_text(response: Response, text: str) -> None:
    """Put another text into the answer, and say how long it is."""
    response.body = text.encode()
    response.headers["content-length"] = str(len(response.body))


def is_public(request: Request) -> bool:
    """Whether the answer is the portal's own, not the control API's, whose statuses are fixed."""
    return request.url.path.startswith(PUBLIC)
