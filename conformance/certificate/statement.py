"""The in-toto Statement of a certificate, with the predicate test-result.

What that has no place for is in the annotations of what was configured, where the specification allows anything.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement

from conformance import schemas
from conformance.certificate.chain import Ends
from conformance.certificate.terms import Terms

PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
PASSED, WARNED, FAILED = "PASSED", "WARNED", "FAILED"


def result_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a results ``document`` comes to in the words of the predicate.

    A broken SHOULD warns; an inconclusive run has no result, and may not be asked for one.
    """
    outcomes = {one["id"]: (one["outcome"], one["level"]) for one in document["requirements"]}
    passed = [id_ for id_, (outcome, _) in outcomes.items() if outcome == "passed"]
    failed = [id_ for id_, told in outcomes.items() if told == ("failed", "MUST")]
    warned = [id_ for id_, told in outcomes.items() if told == ("failed", "SHOULD")]
    conformant = document["verdict"] == "conformant"
    result = (WARNED if warned else PASSED) if conformant else FAILED
    return {"result": result, "passedTests": passed, "warnedTests": warned, "failedTests": failed}


def statement_of(document: Mapping[str, Any], terms: Terms, subjects: Mapping[str, str]) -> dict[str, Any]:
    """The statement, as JSON, that these ``subjects``, digests by name, are of such a result under these terms."""
    told = test_result_pb2.TestResult(
        configuration=[ResourceDescriptor(**one).pb for one in _configuration(terms)], url=terms.run_url
    )
    ParseDict(result_of(document), told)
    digested = [ResourceDescriptor(name=name, digest={"sha256": digest}).pb for name, digest in subjects.items()]
    statement = Statement(digested, PREDICATE, MessageToDict(told))
    statement.validate()
    found: dict[str, Any] = MessageToDict(statement.pb)
    return found


def _configuration(terms: Terms) -> list[dict[str, Any]]:
    return [
        {
            "name": "portal-conformance",
            "annotations": {
                "version": terms.suite,
                "level": terms.level,
                "seed": str(terms.seed),
                "examples": terms.examples,
            },
        },
        {"name": "catalogue", "digest": {"sha256": terms.digest}, "annotations": {"edition": terms.edition}},
        {
            "name": "target",
            "uri": terms.target["url"],
            "annotations": {name: terms.target[name] for name in ("name", "ws_url", "embedded")},
        },
        {
            "name": "transcript",
            "digest": {"sha256": terms.chain.tail},
            "annotations": {"head": terms.chain.head, "lines": terms.chain.lines},
        },
        {
            "name": "validity",
            "annotations": {
                "run": terms.run,
                "started": terms.started.isoformat(),
                "signed": terms.signed.isoformat(),
                "expires": terms.expires.isoformat(),
            },
        },
    ]


def faults_of(statement: object) -> tuple[str, ...]:
    """Why this is no statement of a certificate; sentences with paths, none where it is one."""
    faults = schemas.faults("certificate", statement, "statement")
    if faults:
        return faults
    try:
        Statement.copy_from_pb(ParseDict(statement, statement_pb2.Statement())).validate()
    except (ParseError, ValueError) as error:
        return (str(error),)
    return ()


def terms_of(statement: Mapping[str, Any]) -> Terms:
    """The terms of a statement that has no faults."""
    predicate = statement["predicate"]
    suite, catalogue, target, transcript, validity = predicate["configuration"]
    told, moments = suite["annotations"], validity["annotations"]
    return Terms(
        run=moments["run"],
        suite=told["version"],
        edition=catalogue["annotations"]["edition"],
        digest=catalogue["digest"]["sha256"],
        level=told["level"],
        seed=int(told["seed"]),
        examples=int(told["examples"]),
        target={"url": target["uri"], **target["annotations"]},
        started=datetime.fromisoformat(moments["started"]),
        signed=datetime.fromisoformat(moments["signed"]),
        expires=datetime.fromisoformat(moments["expires"]),
        chain=Ends(
            transcript["annotations"]["head"], transcript["digest"]["sha256"], int(transcript["annotations"]["lines"])
        ),
        run_url=predicate.get("url", ""),
    )
