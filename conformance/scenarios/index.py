"""Which scenarios judge a requirement, read from their source: nothing is imported or run for it."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


def judging(requirement: str) -> Iterator[tuple[str, str]]:
    """The scenarios which claim ``requirement``, each as its name and title."""
    for path, node in _scenarios():
        if requirement in _words(node):
            title = (ast.get_docstring(node) or "").partition("\n")[0]
            yield f"{path.stem}::{node.name}", title


def files_judging(requirements: Iterable[str]) -> list[Path]:
    """The files that hold the scenarios which claim any of ``requirements``."""
    wanted = set(requirements)
    return sorted({path for path, node in _scenarios() if wanted & _words(node)})


def functions_judging(requirements: Iterable[str]) -> list[str]:
    """The scenario functions which claim any of ``requirements``, each as module::function."""
    wanted = set(requirements)
    return [f"{path.stem}::{node.name}" for path, node in _scenarios() if wanted & _words(node)]


def ids_of(scenario: str) -> frozenset[str]:
    """The words in the marks of the scenario of that name, the ids that it claims among them."""
    function = scenario.partition("[")[0]
    return frozenset(
        word for path, node in _scenarios() if f"{path.stem}::{node.name}" == function for word in _words(node)
    )


@cache
def _scenarios() -> tuple[tuple[Path, ast.FunctionDef], ...]:
    return tuple(
        (path, node)
        for path in sorted(_FOLDER.glob("test_*.py"))
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    )


def _words(scenario: ast.FunctionDef) -> set[str]:
    return {
        node.value
        for decorator in scenario.decorator_list
        for node in ast.walk(decorator)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
