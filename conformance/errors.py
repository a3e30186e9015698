"""The exception tree; every branch says whose fault it is.

::

    ConformanceError
    ├── TargetFault                 the server under test
    │   ├── NonConformance          it broke a clause (also an AssertionError)
    │   ├── Blocked                 it did not let a precondition be reached
    │   └── PreflightFailure        it cannot be judged at all
    ├── ConfigurationFault          the user's options or files
    │   ├── UsageFault              an option or an argument
    │   └── ProfileFault            the target profile
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


class ProfileFault(ConfigurationFault):
    """The target profile is malformed; ``faults`` lists every fault with its path."""

    def __init__(self, source: str, faults: Sequence[str]) -> None:
        super().__init__(f"{source}: " + "; ".join(faults))
        self.source = source
        self.faults = tuple(faults)


class NotApplicable(ConformanceError):
    """The profile declares absent what this scenario needs."""


class SuiteFault(ConformanceError):
    """A mistake of this project, never of the target."""


class CatalogueFault(SuiteFault):
    """The requirement catalogue contradicts itself or its scenarios."""
