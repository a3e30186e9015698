"""In other people's pytest runs the plugin does nothing, and imports nothing heavy."""

import pytest

pytest_plugins = ["pytester"]

HEAVY = ("httpx", "socketio", "nacl", "hypothesis.strategies", "jsonschema", "conformance.judge", "starlette")


def test_other_peoples_run_imports_nothing_heavy(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""
        import sys

        def test_theirs():
            assert "conformance.plugin" in sys.modules
            assert [name for name in {HEAVY!r} if name in sys.modules] == []
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:hypothesispytest", "-p", "no:schemathesis")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*verdict*")


def test_their_own_options_of_our_names_win(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        def pytest_addoption(parser):
            parser.addoption("--target", default="theirs")
            parser.addoption("--level", type=int)
        """
    )
    pytester.makepyfile("def test_theirs(request): assert request.config.getoption('--target') == 'their-own'")
    result = pytester.runpytest_subprocess("--target=their-own", "--level=3")
    result.assert_outcomes(passed=1)


def test_their_test_modules_and_markers_are_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\naddopts = --strict-markers\nmarkers = requirement: theirs\n")
    pytester.makepyfile("import pytest\n@pytest.mark.requirement('R-1')\ndef test_theirs(): pass")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
