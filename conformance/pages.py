"""Pages to look at: their templates, and what all of them have in common. Each is one file that needs nothing else."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.redact import printable

_LOADER = PackageLoader("conformance", "templates")


def _clean(value: object) -> object:
    """Foreign text without control characters and direction marks; what is markup is ours."""
    return printable(value) if type(value) is str else value


PAGES = Environment(
    loader=_LOADER,
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_clean,
    trim_blocks=True,
    lstrip_blocks=True,
)
"""Where the templates are. Whatever is put into one is escaped, and shows its control characters."""


def source(*names: str) -> Markup:
    """The style sheets or scripts of these names as they are, one behind the other."""
    return Markup("\n").join(Markup(_LOADER.get_source(PAGES, name)[0]) for name in names)  # noqa: S704 - files of ours
