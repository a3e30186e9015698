"""The guard of production: a host is known however it is spelled, and nothing else is taken for it."""

import pytest

from conformance.errors import UsageFault
from conformance.guard import is_production, refuse_production, refuse_unreadable
from conformance.profile import Target, parse

PRODUCTION = [
    "https://portal-api.7331.org",
    "https://portal-ws.7331.org",
    "https://7331.org",
    "https://anything.else.7331.org",
    "http://portal-api.7331.org:8080/base",
    "HTTPS://PORTAL-API.7331.ORG",
    "https://portal-api.7331.org.",
    "https://portal-api.7331.org..:443/",
    "https://portal-api.7331.org:",
    "https://user:password@portal-api.7331.org",
    "https://portal-api.staging.example@portal-api.7331.org",
    "https://staging.7331.org:x@portal-api.7331.org",
    "https://a@b@portal-api.7331.org",
    "https://staging.example\\@portal-api.7331.org",
    "https://portal-api%2e7331%2Eorg",
    "https://portal-api\u30027331\u3002org",
    "https://portal-api.7331.org\u3002",
    "https://portal-api.\uff17331.org",
    "https://portal-api.7331\u00ad.org",
    "https://portal-api.\uff17331.org\u3002",
    "https://portal-api.\u24e7.7331.org",
    # Words that only look like one of a staging system.
    "https://latest.7331.org",
    "https://development.7331.org",
]
OTHERS = [
    "",
    "http://127.0.0.1:8080",
    "https://portal-api.staging.7331.org",
    "https://portal-api-staging.7331.org",
    "https://stg.7331.org.",
    "https://DEV-portal.7331.org:8443",
    "https://portal-api.7331.org.example",
    "https://not7331.org",
    "https://not%587331.org",
    "https://7331.org%58",
    *(f"https://{word}.7331.org" for word in ("staging", "stage", "stg", "test", "dev", "qa", "sandbox")),
    "https://portal-api.7331.org:x@staging.example",
    "https://staging.example/portal-api.7331.org",
    "https://[::1]:8080",
]


@pytest.mark.parametrize("url", PRODUCTION)
def test_production_is_known_in_every_spelling_for_rest_and_for_socket_io(url: str) -> None:
    for target in (Target(url=url), Target(url="http://127.0.0.1", ws_url=url)):
        assert is_production(target)
        with pytest.raises(UsageFault):
            refuse_production(target)


@pytest.mark.parametrize("url", OTHERS)
def test_other_hosts_and_those_that_say_staging_are_free(url: str) -> None:
    target = Target(url=url, ws_url=url)
    assert not is_production(target)
    refuse_production(target)


def test_a_profile_may_call_any_host_production() -> None:
    target = parse({"target": {"url": "https://chat.example", "environment": "production"}}).target
    assert is_production(target)
    with pytest.raises(UsageFault) as caught:
        refuse_production(target)
    assert str(caught.value) == (
        "https://chat.example is a production service by its profile (target.environment), where the suite makes "
        "users, sends and bans: configuration; name a staging system, or add --allow-production if its owner agreed"
    )


def test_a_target_without_a_name_is_called_the_target() -> None:
    with pytest.raises(UsageFault) as caught:
        refuse_production(Target(environment="production"))
    assert str(caught.value).startswith("the target is a production service by its profile (target.environment), ")


def test_a_profile_cannot_call_the_public_service_staging() -> None:
    assert is_production(Target(url="https://portal-api.7331.org", environment="staging"))


def test_the_sentence_names_the_host_and_no_password() -> None:
    with pytest.raises(UsageFault) as caught:
        refuse_production(Target(url="https://user:pa55word@Portal-API.7331.org.:443/x"))
    assert str(caught.value) == (
        "portal-api.7331.org is the public production service, where the suite makes users, sends and bans: "
        "configuration; name a staging system, or add --allow-production if its owner agreed"
    )


@pytest.mark.parametrize("url", ["https://[::1", "https://a.example:port", "https://a.example:99999"])
def test_a_url_that_no_client_can_read_is_said(url: str) -> None:
    for target in (Target(url=url), Target(url="https://a.example", ws_url=url)):
        with pytest.raises(UsageFault) as caught:
            refuse_unreadable(target)
        assert str(caught.value).startswith(f"the URL {url} cannot be read (")
        assert str(caught.value).endswith("): configuration; correct it")


@pytest.mark.parametrize("url", ["", "https://a.example", "http://[::1]:1/", "https://a.example:"])
def test_a_url_that_can_be_read_is_let_through(url: str) -> None:
    refuse_unreadable(Target(url=url, ws_url=url))
