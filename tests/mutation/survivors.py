"""The changes that no test notices, each with the reason why none has to; a gate in both directions."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

Key = tuple[str, str, str, str]
"""Module, function or constant, the lines as they are, the lines as they become."""

FIELDS = ("module", "where", "was", "becomes")


def load(path: Path) -> dict[Key, str]:
    """The reason of each listed survivor."""
    listed: dict[Key, str] = {}
    for one in tomllib.loads(path.read_text("utf-8")).get("survivor", []):
        if one.keys() != {*FIELDS, "reason"} or not one["reason"].strip():
            raise SystemExit(f"{path.name}: expected {', '.join(FIELDS)} and a reason, got {one}")
        key = (one["module"], one["where"], one["was"], one["becomes"])
        if key in listed:
            raise SystemExit(f"{path.name}: listed twice: {one}")
        listed[key] = one["reason"]
    return listed


def faults(tried: Collection[Key], survived: Collection[Key], listed: Mapping[Key, str]) -> Iterator[str]:
    """What is wrong with the list, as far as the modules that were tried go."""
    modules = {key[0] for key in tried}
    for key in survived:
        if key not in listed:
            yield f"no test notices this: test it, or list it with a reason\n{entry(key)}"
    for key in listed:
        if key[0] in modules and key not in tried:
            yield f"there is no such change any more: remove it\n{entry(key)}"
        elif key in tried and key not in survived:
            yield f"this is noticed now: remove it\n{entry(key)}"


def entry(key: Key) -> str:
    """A survivor as the list has it, but for the reason."""
    return "\n".join(("[[survivor]]", *(f"{name} = {_toml(value)}" for name, value in zip(FIELDS, key, strict=True))))


def _toml(value: str) -> str:
    if "\n" in value or "'" in value:
        return "'''\n" + value + "'''"
    return f"'{value}'"
