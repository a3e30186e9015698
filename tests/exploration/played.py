"""The embedded server with a mutant or a variant, and actors for stories on it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from conformance.catalogue import loader
from conformance.exploration.playing import Troupe
from conformance.profile import Profile, parse
from conformance.reference.chosen import chosen
from conformance.reference.embedded import serving
from conformance.reference.settings import Settings
from conformance.run import Options, Run

# A server in the same process answers in milliseconds: what has not come in a second does not come.
_PATIENT = {"event_timeout_s": 1.0}


@contextmanager
def troupe_on(mutant: str | None = None, *variants: str, absent: tuple[str, ...] = ()) -> Iterator[Troupe]:
    """Actors on a fresh server; ``absent`` are the features that it is said to lack."""
    token = secrets.token_urlsafe(8)
    profile: Profile = parse({"target": _PATIENT, "features": {"absent": list(absent)}})
    with serving(Settings(control_token=token), chosen(mutant, variants)) as ready:
        run = Run(Options(profile, loader.load()))
        run.build(ready.url, ready.url, token, "embedded")
        assert run.theatre is not None
        stage = run.theatre.stage()
        try:
            yield Troupe(stage)
        finally:
            stage.close()
            run.close()
