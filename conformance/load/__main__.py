"""``python -m conformance.load WISHES``: the process that carries members, or spreads them; WISHES is a JSON object.

Locust is imported before anything that has to do with threads or sockets: it puts gevent's in their place.
"""

import json
import resource
import sys
import time
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import locust  # noqa: F401 - for what its import does to all that is imported after it

from conformance import run as runs
from conformance.errors import ConfigurationFault, ConformanceError, PreflightFailure
from conformance.load import document, judging, shown
from conformance.load.plan import Plan
from conformance.load.running import Outcome, alone
from conformance.load.spread import Master, Worker
from conformance.load.tally import Tally
from conformance.redact import Secrets
from conformance.report.audit import audit
from conformance.run import EMBEDDED, Options

_USAGE = 4
_INCONCLUSIVE = 2


def main(arguments: list[str]) -> int:
    """Load as it was asked for; the exit status, which is never that of a verdict where the suite itself failed."""
    try:
        return _main(arguments)
    except Exception:  # noqa: BLE001 - Python's own status for it, 1, would say that the target broke a clause
        traceback.print_exc()
        return _INCONCLUSIVE


def _main(arguments: list[str]) -> int:
    wishes = json.loads(arguments[0])
    _open_many_files()
    try:
        options = runs.options(**wishes["options"])
        if wishes["worker"] is not None:
            return _work(options, **wishes["worker"])
        return _load(Plan.of(wishes["plan"]), options, wishes)
    except ConfigurationFault as error:
        _say(f"Error: {error}")
        return _USAGE
    except ConformanceError as error:
        _say(f"Error: {error}")
        return _INCONCLUSIVE


def _open_many_files() -> None:
    """A member has two connections, and a shell may allow its programs a thousand files."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _work(options: Options, *, host: str, port: int) -> int:
    try:
        worker = Worker(options, host, port)
    except ConnectionError:
        _say(f"Error: no master answers at {host}:{port}: configuration; start it with --master")
        return _INCONCLUSIVE
    worker.work()
    return 0 if worker.accounted else _INCONCLUSIVE


def _load(plan: Plan, options: Options, wishes: Mapping[str, Any]) -> int:
    began, started, secrets = time.monotonic(), datetime.now(UTC).isoformat(timespec="seconds"), Secrets()
    try:
        outcome = _outcome(plan, options, wishes, secrets)
    except PreflightFailure as failure:
        outcome = Outcome([], str(failure))
    together = Tally()
    for account in outcome.accounts:
        together.add(Tally(account["tally"]["counts"], account["tally"]["samples"]))
    findings = judging.judge(
        together, plan, options.profile, catalogue=options.catalogue, secrets=secrets, obstacle=outcome.obstacle
    )
    results = document.document(
        findings,
        outcome.accounts,
        plan=plan,
        catalogue=options.catalogue,
        target=_target(options, wishes),
        started=started,
        seconds=time.monotonic() - began,
    )
    path = document.write(results, options.report_dir)
    if found := audit([path], secrets):
        _say(f"Error: {found[0]}")
        return _INCONCLUSIVE
    shown.show(results, path)
    return findings.verdict.exit_status


def _outcome(plan: Plan, options: Options, wishes: Mapping[str, Any], secrets: Secrets) -> Outcome:
    if wishes["master"] is None:
        return alone(plan, options, secrets)
    target = options.profile.target
    return Master(plan, told=_say, **wishes["master"]).run({"url": target.url, "ws_url": target.ws_url})


def _target(options: Options, wishes: Mapping[str, Any]) -> dict[str, Any]:
    target = options.profile.target
    return {
        "name": EMBEDDED if options.embedded else target.name,
        "url": target.url,
        "ws_url": target.ws_url,
        "embedded": options.embedded,
        "profile": wishes["options"].get("profile") or "",
    }


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - a command speaks through its streams


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
