"""What Schemathesis cannot make up: chats, users, codes and bundles that are there. Loaded by Schemathesis alone.

Of the requests that are valid by the document most get what `play.py` has made, some are left as generated, and some
are made by somebody without rights. How each was answered is counted, so that `play.py` can say what was reached.
"""

import atexit
import json
import os
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import GenerationMode

STAGE: dict[str, Any] = json.loads(Path(os.environ["PORTAL_STAGE"]).read_text("utf-8"))
SESSION = os.environ["PORTAL_SESSION"]
QUIETLY = ("send", "history")
"""What is asked of a chat whose epoch nobody moves on, and in which nobody deletes anything."""

_turns: Counter[str] = Counter()
_answers: defaultdict[str, Counter[int]] = defaultdict(Counter)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    name = _name(case)
    if name not in QUIETLY and str(case.path_parameters.get("chat_id")) == str(STAGE["quiet_chat"]):
        case.path_parameters["chat_id"] = STAGE["chats"][0]  # ids of answers come back as what is asked for
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    _turns[name] += 1
    turn = _turns[name]
    if turn % 4:
        _use_what_is_there(name, case, turn)
    if turn % 5 == 0 and case.cookies.get("psession") == SESSION:
        case.cookies["psession"] = STAGE["plain_session"]


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    _answers[_name(case)][response.status_code] += 1


@atexit.register
def _say_what_was_answered() -> None:
    Path(os.environ["PORTAL_ANSWERS"]).write_text(json.dumps(_answers), "utf-8")


def _name(case: Any) -> str:
    return str(case.operation.definition.raw.get("operationId"))


def _use_what_is_there(name: str, case: Any, turn: int) -> None:
    if "chat_id" in case.path_parameters:
        case.path_parameters["chat_id"] = _chat(name, turn)
    if "code" in case.path_parameters:
        case.path_parameters["code"] = STAGE["invitation"]
    if not isinstance(case.body, dict):
        return
    if name == "send":
        case.body["content"] = STAGE["bundle"]
    if "user_id" in case.body:
        case.body["user_id"] = STAGE["targets"][turn % len(STAGE["targets"])]
    if name == "verify" and STAGE["login_codes"]:
        case.body["code"] = STAGE["login_codes"].pop()


def _chat(name: str, turn: int) -> int:
    if name in QUIETLY:
        return int(STAGE["quiet_chat"])
    if name == "destroy_chat" and STAGE["short_lived_chats"]:
        return int(STAGE["short_lived_chats"].pop())
    return int(STAGE["chats"][turn % len(STAGE["chats"])])
