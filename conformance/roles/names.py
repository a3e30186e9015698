"""Names and globs in a rule: which of the known ones they mean."""

import difflib
from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatchcase


def chosen(patterns: Sequence[str], there: Collection[str]) -> list[str]:
    """The names among ``there`` that any of ``patterns`` means, each once."""
    return [name for name in there if any(fnmatchcase(name, pattern) for pattern in patterns)]


def known(patterns: Sequence[str], there: Collection[str], kind: str) -> Iterator[str]:
    """A sentence for each of ``patterns`` that means nothing, behind its place where there are several."""
    for index, pattern in enumerate(patterns):
        if not chosen([pattern], there):
            near = difflib.get_close_matches(pattern, there, n=1)
            place = f"[{index}]" if len(patterns) > 1 else ""
            yield f"{place}: there is no {kind} {pattern!r}" + (f" (did you mean {near[0]!r}?)" if near else "")
