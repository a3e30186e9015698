"""Other ways to a target: behind TLS, with accounts that exist, and where nothing has its default name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from accounts import profile as accounts
from accounts.conftest import staging
from dialects.renamed import Renamed
from judging.test_tls import authority, secured  # noqa: F401 - fixtures

from conformance.reference.embedded import serving
from conformance.reference.settings import Ready, Settings

from .made import PROFILE, TOKEN, load

DIALECT = (Path(__file__).parent.parent / "dialects" / "renamed.toml").read_text("utf-8")


@pytest.fixture
def server() -> Iterator[Ready]:
    with serving(Settings(control_token=TOKEN)) as ready:
        yield ready


def test_behind_tls(tmp_path: Path, secured: str, authority: trustme.CA) -> None:  # noqa: F811 - fixtures
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    loaded = load(tmp_path, target=secured, variables={"SSL_CERT_FILE": str(trusted)}, duration=6)
    assert (loaded.status, loaded.results["verdict"]) == (0, "conformant")


def test_where_nothing_has_its_default_name(tmp_path: Path) -> None:
    with serving(Settings(control_token=TOKEN), middlewares=[Renamed]) as ready:
        loaded = load(tmp_path, target=ready.url, profile=f"{DIALECT}\n", duration=6)
    assert (loaded.status, loaded.results["verdict"]) == (0, "conformant")


def test_with_accounts_that_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTAL_CONTROL_TOKEN", raising=False)
    for name, value in accounts.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    path = accounts.write(tmp_path / "accounts.toml", more=PROFILE)
    with staging(path) as ready:
        loaded = load(
            tmp_path,
            target=ready.url,
            profile=path.read_text("utf-8"),
            variables={"PORTAL_CONTROL_TOKEN": ""},
            users=5,
            chats=1,
            duration=6,
        )
    results = loaded.results
    assert (loaded.status, results["verdict"], results["counts"]["joined"]) == (0, "conformant", 5)
    assert {one["id"] for one in results["left_out"]} == {"SEND-429-CHAT", "SEND-429-GLOBAL", "SEND-429-SCOPE"}
    assert results["leftovers"] == []
    written = (loaded.folder / "load.json").read_text("utf-8") + loaded.output
    assert not [secret for secret in accounts.ENVIRONMENT.values() if secret in written]
