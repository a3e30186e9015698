"""What the site has from the code itself: requirements with what judges and what broke them, options, schemas, lies.

MkDocs calls these functions. Everything generated is read from the installed package, so that the site can't differ.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from conformance.catalogue import loader
from conformance.catalogue.records import Catalogue, Requirement
from conformance.cli import group
from conformance.reference.lies import Mutant
from conformance.reference.mutants.index import mutants
from conformance.reference.variants.index import variants
from conformance.scenarios.index import judging

_ROOT = Path(__file__).parent.parent
# {{ README.md A heading }} takes in what stands below it; with "alone" without what is below its own headings.
_TAKEN = r"^\{\{ (?P<file>[A-Z]+\.md) (?P<heading>.+?)(?P<alone> \| alone)? \}\}$"
# {{ file .github/examples/gate.yml }} shows a file as it is.
_WHOLE = r"^\{\{ file (?P<path>\S+) \}\}$"
# Where the links of the repository's own texts lead to on the site.
_LINKS = {
    "CONTRIBUTING.md": "how-to/carry-on.md",
    "reports/sample/mutants.html": "samples/mutants.html",
    "reports/sample/bench.json": "samples/bench.json",
    "reports/sample/peers.md": "explanation/side-by-side.md",
    "reports/sample/screens": "reference/report.md",
    ".github/examples/gate.yml": "how-to/pipelines.md#a-workflow-of-githubs",
    ".gitlab/examples/.gitlab-ci.yml": "how-to/pipelines.md#a-pipeline-of-gitlabs",
    ".gitlab/portal-conformance.gitlab-ci.yml": "how-to/pipelines.md#the-job-for-gitlab",
    ".docs/pages/how-to/load.md": "how-to/load.md",
    "#accounts-that-exist": "how-to/profile.md#accounts-that-exist",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made of the code, and the sample reports."""
    catalogue = loader.load()
    pages = {
        "reference/requirements.md": _requirements(catalogue),
        "reference/options.md": _options(),
        "reference/profile.md": _schema(
            "profile", "Profile", "A target profile is TOML; these are its tables and keys."
        ),
        "reference/results.md": _schema("results", "Results", "`results.json` is the one output of a run."),
        "reference/load.md": _schema(
            "load", "Results of a load", "`load.json` is what `portal-conformance load` leaves."
        ),
        "reference/lies.md": _lies(),
        "explanation/side-by-side.md": [(_ROOT / "reports" / "sample" / "peers.md").read_text("utf-8")],
    }
    for path, lines in pages.items():
        files.append(File.generated(config, path, content="\n".join(lines)))
    for sample in sorted((_ROOT / "reports" / "sample").rglob("*")):
        if sample.suffix in {".html", ".png"} or sample.name == "bench.json":
            name = sample.relative_to(_ROOT / "reports" / "sample").as_posix()
            files.append(File.generated(config, f"samples/{name}", abs_src_path=str(sample)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Take in the repository's texts, and turn their links into the site's."""
    depth = "../" * page.file.src_uri.count("/")

    def taken(match: re.Match[str]) -> str:
        return _linked(_section(match["file"], match["heading"], alone=bool(match["alone"])), depth)

    def whole(match: re.Match[str]) -> str:
        return f"```yaml\n{(_ROOT / match['path']).read_text('utf-8').strip()}\n```"

    return re.sub(_WHOLE, whole, re.sub(_TAKEN, taken, markdown, flags=re.MULTILINE), flags=re.MULTILINE)


def _section(file: str, heading: str, *, alone: bool) -> str:
    """What stands below a heading of a text, up to the next one of its rank, or ``alone`` of any.

    Raises `LookupError`.
    """
    text = (_ROOT / file).read_text("utf-8")
    found = re.search(rf"^(?P<rank>#+) {re.escape(heading)}\n", text, re.MULTILINE)
    if found is None:
        raise LookupError(f"{file} has no heading {heading!r}, which a page of the site takes in")
    rest = text[found.end() :]
    # Code has lines that begin with a hash, too: only what stands outside of it is a heading.
    fenced, lines = False, []
    for line in rest.splitlines():
        fenced ^= line.startswith("```")
        rank = re.match(r"#+(?= )", line)
        if rank and not fenced and (alone or len(rank[0]) <= len(found["rank"])):
            break
        lines.append(line)
    return "\n".join(lines).strip()


def _linked(text: str, depth: str) -> str:
    text = text.replace("\\|", "` or `")  # a bar within code, as the repository's host wants it in a table
    for link, place in _LINKS.items():
        text = text.replace(f"]({link})", f"]({depth}{place})")
    return text


# --- pages of the code ----------------------------------------------------------------------------------------------


def _requirements(catalogue: Catalogue) -> Iterator[str]:
    yield "# Requirements"
    yield f"\nEdition {catalogue.edition}, `{catalogue.digest}`: {len(catalogue.requirements)} clauses.\n"
    broken: dict[str, list[Mutant]] = {}
    for mutant in mutants():
        for one in mutant.breaks:
            broken.setdefault(one, []).append(mutant)
    for chapter in catalogue.chapters:
        yield f"## {chapter.title}\n"
        yield f"Chapter `{chapter.name}`, {chapter.tier.value} level.\n"
        for one in catalogue.requirements.values():
            if one.chapter == chapter.name:
                yield from _requirement(catalogue, one, broken.get(one.id, []))


def _requirement(catalogue: Catalogue, one: Requirement, broken: list[Mutant]) -> Iterator[str]:
    yield f"### {one.id}\n"
    yield f"**{one.level.value}.** {_plain(one.text)}\n"
    yield f"Source: {', '.join(_plain(catalogue.pages.get(page, page)) for page in one.pages)}.\n"
    for condition in one.conditions:
        yield f"- Condition: {_plain(condition)}"
    if one.feature:
        yield f"- Not applicable where `{one.feature}` is declared absent."
    if one.unjudged:
        yield f"- Not judged: {_plain(one.unjudged)}"
    for name, title in judging(one.id):
        yield f"- Judged by `{name}`: {_plain(title)}"
    if broken:
        yield f'\n??? note "{len(broken)} mutants break it"\n'
        yield from (f"    - `{mutant.name}`: {_plain(mutant.lie)}" for mutant in broken)
    yield ""


def _options() -> Iterator[str]:
    yield "# Options\n"
    context = click.Context(group, info_name="portal-conformance")
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        within = click.Context(command, info_name=name, parent=context, max_content_width=100)
        yield f"## {name}\n\n```text\n{command.get_help(within)}\n```\n"


def _schema(name: str, title: str, about: str) -> Iterator[str]:
    schema = json.loads((_ROOT / "schemas" / f"{name}.json").read_text("utf-8"))
    yield f"# {title}\n\n{about} The schema is `schemas/{name}.json`.\n"
    yield from _table(schema)
    for part, described in schema.get("$defs", {}).items():
        if described.get("properties"):
            yield f"## {part}\n\n{_plain(described.get('description', ''))}\n"
            yield from _table(described)


def _table(schema: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    yield "| member | type | what it is |\n|---|---|---|"
    for path, described in _members(schema, prefix):
        yield f"| `{path}` | {_type(described)} | {_plain(described.get('description', ''))} |"
    yield ""


def _members(schema: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, described in schema.get("properties", {}).items():
        yield f"{prefix}{name}", described
        yield from _members(described, f"{prefix}{name}.")


def _type(described: Mapping[str, Any]) -> str:
    if "$ref" in described:
        return str(described["$ref"]).rpartition("/")[2]
    if "enum" in described:
        return " or ".join(f"`{one}`" for one in described["enum"])
    if "const" in described:
        return f"`{described['const']}`"
    named = described.get("type", "")
    return " or ".join(named) if isinstance(named, list) else str(named)


def _lies() -> Iterator[str]:
    told, kept = list(mutants()), list(variants())
    yield "# Mutants and variants\n"
    yield f"`portal-conformance serve --mutant NAME` and `--variant NAME` run one of them.\n\n## {len(told)} mutants\n"
    yield "| mutant | breaks | the lie |\n|---|---|---|"
    yield from (f"| `{one.name}` | {_ids(one.breaks)} | {_plain(one.lie)} |" for one in told)
    yield f"\n## {len(kept)} variants\n\n| variant | what is different |\n|---|---|"
    yield from (f"| `{one.name}` | {_plain(one.freedom)} |" for one in kept)


def _ids(ids: Iterable[str]) -> str:
    return ", ".join(f"[{one}](requirements.md#{one.lower()})" for one in ids)


def _plain(text: str) -> str:
    """Text of a table's cell or a paragraph, in which nothing is markup but code between backticks."""
    parts = re.split(r"(`[^`]+`)", " ".join(text.split()))
    return "".join(one if one.startswith("`") else re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", one) for one in parts)
