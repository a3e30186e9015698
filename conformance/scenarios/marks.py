"""The marks that a scenario carries."""

import re

import pytest

requirement = pytest.mark.requirement
"""``@requirement(id, …)``: what the scenario judges. Written as literals: `explain` reads them from the source."""

side_by_side = pytest.mark.side_by_side
"""The scenario mostly waits, so it is run beside the others; it may ask for ``stage`` and ``expect`` only."""

thorough = pytest.mark.thorough
"""The scenario deepens what others judge as well, so an economical run does without it."""

CLIENT_ERRORS = frozenset(range(400, 500)) - {429}
"""Refused, where no page names the status. A 429 is a limit, which explains nothing here."""

STREAM_ID = re.compile(r"[0-9]{1,100}-[0-9]{1,100}")
"""The form of a message id; ids of another form have no order."""
