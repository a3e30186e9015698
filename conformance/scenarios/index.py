"""Which scenarios judge a requirement, read from their source: nothing is imported or run for it."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class _Scenario:
    """A scenario function: where, its title, and the words in its marks, the ids that it claims among them."""

    path: Path
    function: str
    title: str
    words: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.path.stem}::{self.function}"


def judging(requirement: str) -> Iterator[tuple[str, str]]:
    """The scenarios which claim ``requirement``, each as its name and title."""
    return ((one.name, one.title) for one in _scenarios() if requirement in one.words)


def files_judging(requirements: Iterable[str]) -> list[Path]:
    """The files that hold the scenarios which claim any of ``requirements``."""
    wanted = set(requirements)
    return sorted({one.path for one in _scenarios() if wanted & one.words})


def functions_judging(requirements: Iterable[str]) -> list[str]:
    """The scenario functions which claim any of ``requirements``, each as module::function."""
    wanted = set(requirements)
    return [one.name for one in _scenarios() if wanted & one.words]


def ids_of(scenario: str) -> frozenset[str]:
    """The words in the marks of the scenario of that name, the ids that it claims among them."""
    function = scenario.partition("[")[0]
    return frozenset(word for one in _scenarios() if one.name == function for word in one.words)


@cache
def _scenarios() -> tuple[_Scenario, ...]:
    # The trees themselves are as large as all the rest of a run's beginning.
    return tuple(
        _Scenario(path, node.name, (ast.get_docstring(node) or "").partition("\n")[0], _words(node))
        for path in sorted(_FOLDER.glob("test_*.py"))
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    )


def _words(scenario: ast.FunctionDef) -> frozenset[str]:
    return frozenset(
        node.value
        for decorator in scenario.decorator_list
        for node in ast.walk(decorator)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
