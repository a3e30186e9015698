"""Every small change of a module's source that the types leave possible, made by mutmut's operators.

mutmut's own runner changes what stands in plain functions. Half of what is worth a try here stands elsewhere: in the
tables of defects, in constants, in properties and in Hypothesis's composites. So its operators are taken, and the
module is loaded anew for each change.
"""

import ast
import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import libcst as cst
from mutmut.mutation.mutators import mutation_operators, operator_arg_removal, operator_assignment, operator_string

# A value that is None in place of another, and a missing argument of a function that wants it: mypy finds these.
_TYPED = {operator_assignment}
# Annotations and decorators are not what a test sees; names are imported or not.
_PASSED_OVER = (cst.Annotation, cst.Decorator, cst.Import, cst.ImportFrom)
_TYPED_CALLS = {"isinstance", "len", "TypeVar", "cast"}


@dataclass(frozen=True)
class Change:
    """One change: in which module, in which of its functions or constants, which lines become which."""

    module: str
    where: str
    was: str
    becomes: str
    source: str = field(repr=False, compare=False)


@dataclass(frozen=True)
class _Found:
    where: str
    node: cst.CSTNode
    other: cst.CSTNode


class _Finder(cst.CSTVisitor):
    """Collects what the operators make of each node, and the name of what it stands in.

    The words of a table, which is a tuple of calls, are passed over: a test of a table is the table once more.
    """

    def __init__(self) -> None:
        self.found: list[_Found] = []
        self._names: list[str] = []
        self._tables = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, _PASSED_OVER) or (isinstance(node, cst.BaseString) and self._tables and not self._names):
            return False
        self._tables += _is_table(node)
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self._names.append(node.name.value)
        self.found += [_Found(".".join(self._names), node, other) for other in _others(node)]
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        self._tables -= _is_table(original_node)
        if isinstance(original_node, cst.FunctionDef | cst.ClassDef):
            self._names.pop()


def _is_table(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Tuple) and any(isinstance(one.value, cst.Call) for one in node.elements)


def _others(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind) and operator not in _TYPED:
            made = operator(node)
            if operator is operator_arg_removal:
                made = _shorter(node, made)
            elif operator is operator_string:
                made = list(made)[:1]  # one change of a text is enough: it is seen, or nobody looks
            yield from made


def _shorter(call: Any, made: Iterable[Any]) -> Iterator[Any]:
    """What lacks a named argument, or the last of the others: one that lacks another is wrong in its types."""
    if isinstance(call.func, cst.Name) and call.func.value in _TYPED_CALLS:
        return
    last = next((one for one in reversed(call.args) if not one.keyword), None)
    for other in made:
        gone = [one for one in call.args if one not in other.args]
        if len(other.args) < len(call.args) and (gone[0].keyword or gone[0] is last):
            yield other


def changes_of(module: str, source: str) -> Iterator[Change]:
    """Every change of a module, in the order of its lines; those that make the same program are left out."""
    tree = cst.parse_module(source)
    texts = [tree.code_for_node(statement) for statement in tree.body]
    before, behind = ("".join(map(tree.code_for_node, lines)) for lines in (tree.header, tree.footer))
    seen = {_program(source)}
    for index, statement in enumerate(tree.body):
        if _name_of(statement) == "__all__":
            continue
        finder = _Finder()
        statement.visit(finder)
        for found in finder.found:
            text = tree.code_for_node(statement.deep_replace(found.node, found.other))
            whole = "".join((before, *texts[:index], text, *texts[index + 1 :], behind))
            program = _program(whole)
            if program and program not in seen:
                seen.add(program)
                where = found.where or _name_of(statement)
                yield Change(module, where, *_lines_that_differ(texts[index], text), whole)


def _program(source: str) -> str:
    try:
        return ast.dump(ast.parse(source))
    except SyntaxError:
        return ""


def _name_of(statement: cst.CSTNode) -> str:
    """The constant that a statement of a module makes."""
    line = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else statement
    if isinstance(line, cst.Assign) and isinstance(line.targets[0].target, cst.Name):
        return line.targets[0].target.value
    if isinstance(line, cst.AnnAssign) and isinstance(line.target, cst.Name):
        return line.target.value
    return ""


def _lines_that_differ(old: str, new: str) -> tuple[str, str]:
    lines = [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[0] in "-+"]
    was, becomes = ("\n".join(line[2:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return was, becomes
