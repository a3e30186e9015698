"""An independent judge: reads a request as the rules of the contract say, with no help from what made it.

A request is right when its type is JSON and its body is a JSON object (UTF-8) with a string ``content`` of 1
to 4096 characters; that is a JSON text of an object with ``v`` the integer 2, ``epoch`` the integer that the
chat is at, and ``ct`` a non-empty string of standard base64. The judge names the first rule that is broken.
"""

import binascii
import json
import re
from typing import Any


class BrokenRuleError(Exception):
    """The first broken rule."""


def verdict(body: bytes, content_type: str | None, epoch: int) -> str:
    """Return ``valid``, or the rule that the request breaks."""
    try:
        _judge_request(body, content_type, epoch)
    except BrokenRuleError as broken:
        return str(broken)
    return "valid"


def _judge_request(body: bytes, content_type: str | None, epoch: int) -> None:
    if not body:
        raise BrokenRuleError("body absent")
    if content_type is not None and content_type != "application/json":
        raise BrokenRuleError("body type")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise BrokenRuleError("body not json") from None
    outer = _read(text, "body not json")
    if not isinstance(outer, list) or not all(isinstance(pair, tuple) for pair in outer) or text.strip()[0] != "{":
        raise BrokenRuleError("body not object")
    contents = [value for name, value in outer if name == "content"]
    if len(contents) != 1 or not isinstance(contents[0], str) or not contents[0].strip(" \t\r\n"):
        raise BrokenRuleError("envelope")
    _judge_content(contents[0], epoch)


def _judge_content(content: str, epoch: int) -> None:
    if len(content) > 4096:
        raise BrokenRuleError("length")
    pairs = _read(content, "text")
    if content.strip(" \t\r\n")[0] != "{":
        raise BrokenRuleError("text")
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise BrokenRuleError("duplicate")
    members = dict(pairs)
    if type(members.get("v")) is not int or members["v"] != 2:
        raise BrokenRuleError("v")
    if type(members.get("epoch")) is not int or members["epoch"] != epoch:
        raise BrokenRuleError("epoch")
    _judge_ct(members.get("ct"))


def _judge_ct(ct: Any) -> None:
    if not isinstance(ct, str) or not re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", ct) or len(ct) % 4:
        raise BrokenRuleError("ct")
    try:
        binascii.a2b_base64(ct, strict_mode=True)
    except binascii.Error:
        raise BrokenRuleError("ct") from None


def _read(text: str, rule: str) -> Any:
    """Read JSON; objects come back as lists of pairs, so that no duplicate is lost."""
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=list)
    except (ValueError, RecursionError):
        raise BrokenRuleError(rule) from None


def _no_constant(name: str) -> None:
    raise ValueError(name)
