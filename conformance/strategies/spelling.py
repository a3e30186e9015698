"""How one and the same bundle can be spelled as JSON text: order of members, whitespace, escapes."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, zip_longest

MEMBERS = ("v", "epoch", "ct")
JSON_WHITESPACE = " \t\n\r"
GAPS_MAX = 14
"""Thirteen tokens spell a bundle, so whitespace fits in fourteen places."""

_EXCERPT_MAX = 48
_EXCERPT_LEAD = 12


@dataclass(frozen=True)
class Layout:
    r"""A spelling of an object that JSON allows; the default one is compact.

    ``gaps`` is the whitespace before the first token, before the second and so on, at last the one behind the
    closing brace; places not given have none. ``escaped`` holds the characters of ``ct`` that are written as
    ``\u0041``; with ``escape_names`` the member names are written like that as well, and with
    ``escape_slashes`` a slash in ``ct`` is written as ``\/``.
    """

    order: tuple[str, ...] = MEMBERS
    gaps: tuple[str, ...] = ()
    escaped: str = ""
    escape_names: bool = False
    escape_slashes: bool = False

    def name(self, member: str) -> str:
        """Spell a member's name as a JSON string."""
        return f'"{escape(member)}"' if self.escape_names else json.dumps(member)

    def text(self, value: str) -> str:
        """Spell a value as a JSON string."""
        if not self.escaped and not self.escape_slashes:
            return json.dumps(value)
        spelled = {ord(char): self._char(char) for char in set(value)}
        return f'"{value.translate(spelled)}"'

    def _char(self, char: str) -> str:
        if char in self.escaped:
            return escape(char)
        return r"\/" if char == "/" and self.escape_slashes else json.dumps(char)[1:-1]

    def write(self, tokens: Mapping[str, str]) -> str:
        """Spell an object whose values are given as JSON tokens; a member without a token is left out."""
        members = [(self.name(member), tokens[member]) for member in self.order if member in tokens]
        return self.write_members(members)

    def write_members(self, members: Iterable[tuple[str, str]]) -> str:
        """Spell an object from pairs of spelled name and JSON token, in the order given."""
        parts = [[",", name, ":", token] for name, token in members]
        tokens = ["{", *list(chain.from_iterable(parts))[1:], "}"]
        gaps = self.gaps[: len(tokens) + 1]
        return "".join(chain.from_iterable(zip_longest(gaps, tokens, fillvalue="")))

    def peculiarities(self) -> str:
        """Say in a few words what is unusual about this spelling."""
        said = [
            "" if self.order == MEMBERS else "order " + " ".join(self.order),
            f"{sum(map(len, self.gaps))} of whitespace" if any(self.gaps) else "",
            f"escaped {self.escaped}" if self.escaped else "",
            "escaped names" if self.escape_names else "",
            "escaped slashes" if self.escape_slashes else "",
        ]
        return ", ".join(filter(None, said)) or "compact"


COMPACT = Layout()


def escape(text: str) -> str:
    r"""Write each character as the JSON escape of its code: ``A`` as ``\u0041``."""
    return "".join(f"\\u{ord(char):04x}" for char in text)


def quoted(text: str) -> str:
    """Write a text as a JSON string in ASCII."""
    return json.dumps(text)


def excerpts(before: str, after: str) -> tuple[str, str]:
    """Cut two texts down to where they begin to differ, each to one line of some 50 printable characters."""
    same = next((i for i, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), None)
    start = min(len(before), len(after)) if same is None else same
    start = 0 if max(len(before), len(after)) <= _EXCERPT_MAX else max(0, start - _EXCERPT_LEAD)
    return _excerpt(before, start), _excerpt(after, start)


def _excerpt(text: str, start: int) -> str:
    raw = text[start : start + _EXCERPT_MAX]
    shown = "".join(char if char.isprintable() and char.isascii() else _code(char) for char in raw)
    head = "…" if start else ""
    whole = start + _EXCERPT_MAX >= len(text) and len(shown) <= _EXCERPT_MAX
    return head + shown[:_EXCERPT_MAX] + ("" if whole else "…")


def _code(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
