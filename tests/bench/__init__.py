"""How fast the suite is, as ratios to what was measured in the same run: `python -m tests.bench`, or `tox -e bench`."""
