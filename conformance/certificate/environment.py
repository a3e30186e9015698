"""What a run was made with: Python, platform and packages. No host, no user, no path, no variable."""

import platform
import re
from importlib import metadata
from typing import Any

_DISTRIBUTION = "portal-conformance"
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def environment() -> dict[str, Any]:
    """Python, platform, and the versions of the suite and of what it is built upon."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "machine": platform.machine(),
        "packages": dict(sorted(_packages().items())),
    }


def _packages() -> dict[str, str]:
    needed = [one for one in metadata.requires(_DISTRIBUTION) or () if "extra ==" not in one]
    names = {_DISTRIBUTION, *(found.group() for one in needed if (found := _NAME.match(one)))}
    return {name: version for name in names if (version := _version(name))}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        # One that another platform needs.
        return ""
