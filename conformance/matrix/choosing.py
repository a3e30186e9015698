"""Which mutants and variants were asked for by ``--only``."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import TypeVar

from conformance.errors import UsageFault

_One = TypeVar("_One")


def matching(patterns: Sequence[str], among: Sequence[_One], words: Callable[[_One], tuple[str, ...]]) -> list[_One]:
    """Those of whose ``words`` any matches any of the patterns, globs in any case; all where there is no pattern.

    Raises `UsageFault` where a pattern matches nothing.
    """
    for pattern in patterns:
        if not any(_matches(pattern, words(one)) for one in among):
            raise UsageFault(f"--only {pattern}: nothing is called so")
    return [one for one in among if not patterns or any(_matches(pattern, words(one)) for pattern in patterns)]


def _matches(pattern: str, words: tuple[str, ...]) -> bool:
    return any(fnmatchcase(word.lower(), pattern.lower()) for word in words)
