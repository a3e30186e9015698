"""The rooms of the package: imports only point downwards, none hides in a function, and the server stands apart."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import conformance

PACKAGE = Path(conformance.__file__).parent

# Lowest first. A module may import from what stands before it, and from its own room; a folder named here is one
# room, unless some of its modules are named by themselves.
ROOMS = (
    "errors",
    "limits",
    "interrupts",
    "late",
    "packaged",
    "waiting",
    "internals",
    "iso8601",
    "foreign",
    "toml",
    "schemas",
    "catalogue",
    "roles",
    "envelope",
    "verdict",
    "gate",
    "known",
    "fleet",
    "redact",
    "pages",
    "wire",
    "racing",
    "dialect",
    "roster",
    "profile",
    "needs",
    "scenarios.index",
    "guard",
    "strategies",
    "client.deadline",
    "client.allowance",
    "client.answers",
    "client.inbox",
    "client.http",
    "client.polling",
    "client.websockets",
    "client.realtime",
    "provision.base",
    "client",
    "planning",
    "provision",
    "relation",
    "expect",
    "ledger",
    "model",
    "record",
    "gathering",
    "room",
    "ears",
    "asking",
    "crowd",
    "embedded",
    "report",
    "stage",
    "exploration",
    "sidebyside",
    "bench",
    "run",
    "certificate",
    "costing",
    "foresight",
    "checkup",
    "exploring",
    "preflight",
    "load",
    "plugin",
    "judge",
    "recording",
    "report.allure_results",
    "fixtures",
    "concluding",
    "github",
    "dotless",
    "live",
    "scenarios",
    "reference",
    "matrix",
    "commands",
    "cli",
    "__main__",
)
# The package itself holds nothing but its version.
TOP = "conformance"
# What scenarios may name of the clients: the types of what a fixture gives them, and the comparison of ids.
CLIENT_TYPES = {
    "client.actor": {"Actor", "Acknowledged", "same_id"},
    "client.answers": {"Answer"},
    "client.inbox": {"Received"},
}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__") or TOP


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package, by its name without the package's own."""
    return {name_of(path): ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


def imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """What is imported from the package: each module with the name taken from it, empty where it is the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                if one.name.partition(".")[0] == TOP:
                    yield one.name.removeprefix(f"{TOP}.").removeprefix(TOP) or TOP, ""
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == TOP:
            module = str(node.module).removeprefix(TOP).removeprefix(".")
            for one in node.names:
                whole = f"{module}.{one.name}".removeprefix(".")
                yield (whole, "") if whole in modules() else (module or TOP, one.name)


def room_of(module: str) -> str:
    """The room of a module: its own where it has one, that of its folder otherwise."""
    parts = module.split(".")
    names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next((name for name in names if name in ROOMS), "")


def in_folder(module: str, *folders: str) -> bool:
    return module.partition(".")[0] in folders


MODULES = sorted(set(modules()) - {TOP})


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_in_a_room(module: str) -> None:
    assert room_of(module), f"{module} is in no room: name its place in ROOMS"


def test_every_room_has_a_module() -> None:
    assert {room_of(module) for module in MODULES} == set(ROOMS)


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_downwards(module: str) -> None:
    here = ROOMS.index(room_of(module))
    upwards = [other for other, _ in imported(modules()[module]) if other != TOP and ROOMS.index(room_of(other)) > here]
    assert not upwards, f"{module} imports what stands above it"


@pytest.mark.parametrize("module", MODULES)
def test_no_import_goes_in_a_circle(module: str) -> None:
    seen: set[str] = set()
    ahead = [other for other, _ in imported(modules()[module])]
    while ahead:
        other = ahead.pop()
        assert other != module, f"{module} imports itself by way of others"
        if other not in seen:
            seen.add(other)
            ahead += [one for one, _ in imported(modules()[other])]


@pytest.mark.parametrize("module", [TOP, *MODULES])
def test_no_import_hides_in_a_function(module: str) -> None:
    functions = [
        node for node in ast.walk(modules()[module]) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    hidden = [
        f"line {node.lineno}"
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not hidden


@pytest.mark.parametrize("module", [TOP, *MODULES])
def test_imports_are_absolute(module: str) -> None:
    assert not [node for node in ast.walk(modules()[module]) if isinstance(node, ast.ImportFrom) and node.level]


@pytest.mark.parametrize("module", [one for one in MODULES if in_folder(one, "reference")])
def test_the_reference_server_shares_nothing_with_the_suite_but_errors_and_the_catalogue(module: str) -> None:
    shared = {other for other, _ in imported(modules()[module]) if not in_folder(other, "reference")}
    assert {other for other in shared if not in_folder(other, "errors", "catalogue")} == set()


@pytest.mark.parametrize("module", [one for one in MODULES if not in_folder(one, "reference", "commands", "matrix")])
def test_the_suite_knows_nothing_of_the_reference_server(module: str) -> None:
    assert not [other for other, _ in imported(modules()[module]) if in_folder(other, "reference")]


@pytest.mark.parametrize("module", [one for one in MODULES if in_folder(one, "scenarios")])
def test_scenarios_know_of_the_clients_nothing_but_types(module: str) -> None:
    taken = {(other, name) for other, name in imported(modules()[module]) if in_folder(other, "client", "provision")}
    allowed = {(other, name) for other, names in CLIENT_TYPES.items() for name in names}
    assert taken - allowed <= {
        ("provision.base", "Limit"),
        ("provision.base", "Chat"),
        ("provision.base", "Identity"),
        ("provision.base", "type_of_chat"),
    }


@pytest.mark.parametrize(
    "module",
    [
        *[one for one in MODULES if in_folder(one, "model")],
        "verdict",
        "gate",
        "envelope",
        "redact",
        "ledger",
        "wire",
        "racing",
        "record",
        "relation",
        "expect",
        "errors",
    ],
)
def test_rooms_that_only_compute_open_no_connection(module: str) -> None:
    libraries = {
        alias.name.partition(".")[0]
        for node in ast.walk(modules()[module])
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {str(node.module).partition(".")[0] for node in ast.walk(modules()[module]) if isinstance(node, ast.ImportFrom)}
    assert not libraries & {"httpx", "httpcore", "socketio", "engineio", "websocket", "socket", "ssl", "pytest"}


def test_the_plugin_imports_nothing_of_the_package() -> None:
    # It is loaded in every pytest run of an environment, and has to be quick.
    assert list(imported(modules()["plugin"])) == []
