"""The exception tree; every branch says whose fault it is.

::

    ConformanceError
    ├── TargetFault                 the server under test
    │   ├── NonConformance          it broke a clause (also an AssertionError)
    │   ├── Blocked                 it did not let a precondition be reached
    │   └── PreflightFailure        it cannot be judged at all
    ├── ConfigurationFault          the user's options or files
    │   ├── UsageFault              an option or an argument
    │   └── FileFault               a file of the user's
    │       ├── ProfileFault        the target profile
    │       ├── KnownFailuresFault  the known failures of a gate
    │       ├── FleetFault          the targets of a fleet
    │       ├── ResultsFault        the results of an earlier run
    │       ├── BundleFault         the bundle of a certificate
    │       └── KeyFault            a key by which certificates are signed or checked
    ├── NotApplicable               nobody: the profile declares the feature absent
    └── SuiteFault                  this project
        └── CatalogueFault          the requirement catalogue
"""

from collections.abc import Sequence


class ConformanceError(Exception):
    """Anything that this project raises on purpose."""


class TargetFault(ConformanceError):
    """The server under test did something that it should not have done."""


class NonConformance(TargetFault, AssertionError):
    """The target broke at least one clause; ``requirements`` names which ones."""

    def __init__(self, message: str, requirements: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.requirements = tuple(requirements)


class Blocked(TargetFault):
    """A precondition could not be reached, so nothing can be said about the clause."""


class PreflightFailure(TargetFault):
    """The target cannot be judged at all; the message says why, whose fault it is and what to do."""


class ConfigurationFault(ConformanceError):
    """The user's options or files cannot be used as they are."""


class UsageFault(ConfigurationFault):
    """An option or an argument is wrong."""


class FileFault(ConfigurationFault):
    """A file of the user's is malformed; ``faults`` lists every fault with its path."""

    def __init__(self, source: str, faults: Sequence[str]) -> None:
        super().__init__(f"{source}: " + "; ".join(faults))
        self.source = source
        self.faults = tuple(faults)


class ProfileFault(FileFault):
    """The target profile is malformed."""


class KnownFailuresFault(FileFault):
    """The file of known failures is malformed, or has entries that can be none."""


class FleetFault(FileFault):
    """The file of a fleet's targets is malformed."""


class ResultsFault(FileFault):
    """The results of a run are malformed."""


class BundleFault(FileFault):
    """The bundle of a certificate cannot be read as one."""


class KeyFault(FileFault):
    """The key cannot be used, or a new one cannot be written; what it holds is never shown."""


class NotApplicable(ConformanceError):
    """The profile declares absent what this scenario needs."""


class SuiteFault(ConformanceError):
    """A mistake of this project, never of the target."""


class CatalogueFault(SuiteFault):
    """The requirement catalogue contradicts itself or its scenarios."""
