"""A TOML file of the user's, whatever it is about."""

import tomllib
from pathlib import Path
from typing import Any

from conformance.errors import FileFault


def read(path: Path, fault: type[FileFault]) -> dict[str, Any]:
    """The value of the TOML file at ``path``; raises ``fault`` where it cannot be read, or is no TOML."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise fault(str(path), [f"cannot be read ({error.strerror})"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise fault(str(path), [f"is not valid TOML ({error})"]) from None
