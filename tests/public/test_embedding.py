"""Forms inside other sites: exactly those of the list, and none of it weakens who may send."""

import re
from datetime import timedelta

import pytest

from formloom.platform.web.public.embedding import is_allowed, origin_of

from .conftest import ENTRY, HTML, House, Publish

pytestmark = pytest.mark.one_database

SITE = "https://www.example.com"


@pytest.fixture
def held(form: Publish) -> House:
    house = form(ENTRY["line"], settings={"rate_per_hour": 1000})
    house.made("PATCH", f"/links/{house.token}", {"hosts": [SITE, "*.Example.org/"]})
    return house


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("www.example.com", "https://www.example.com"), ("HTTPS://Example.com:443/", "https://example.com"),
        ("http://localhost:5173", "http://localhost:5173"), ("https://*.example.com", "https://*.example.com"),
        ("https://例子.中国", "https://xn--fsqu00a.xn--fiqs8s"),
        ("*", None), ("https://*", None), ("https://*.com", None), ("https://a.*.com", None), ("'self'", None),
        ("https://a.com; script-src *", None), ("javascript:alert(1)", None), ("https://a.com/path", None),
        ("https://user@a.com", None), ("data:", None), ("https://a.com:0", None), ("https://a.com:70000", None), ("", None),
    ],
)  # fmt: skip
def test_only_origins_get_into_the_policy(text: str, origin: str | None) -> None:
    assert origin_of(text) == origin


def test_a_wildcard_stands_for_what_is_below_it() -> None:
    hosts = ["https://*.example.org"]
    assert is_allowed(hosts, "https://a.example.org")
    assert not any(
        is_allowed(hosts, one)
        for one in ("https://example.org", "https://evilexample.org", "http://a.example.org", "https://*.example.org")
    )


def test_nobody_may_frame_a_form_until_somebody_is_named(form: Publish) -> None:
    answer = form(ENTRY["line"]).open(f"?embed={SITE}")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "embedded" not in re.findall(r"<body class=\"([^\"]*)\"", answer.text)[0]


def test_every_page_names_exactly_the_sites_of_its_link(held: House) -> None:
    receipt = held.browser.get(held.send({"line": "x"}, page=held.open(f"?embed={SITE}")).headers["Location"])
    opened = held.open()
    held.made("PATCH", f"/links/{held.token}", {"open": False})
    for answer in (receipt, opened, held.open()):
        policy = answer.headers["Content-Security-Policy"]
        assert policy.endswith("frame-ancestors https://www.example.com https://*.example.org")
        assert "X-Frame-Options" not in answer.headers
    assert f'data-embed="{SITE}"' in receipt.text
    assert " data-submitted" in receipt.text


def test_only_a_site_of_the_list_is_told_anything(held: House) -> None:
    assert f'data-embed="{SITE}"' in held.open(f"?embed={SITE}").text
    for stranger in ("https://evil.example", "https://www.example.com.evil.example", "*", '"><script>'):
        text = held.open(f"?embed={stranger}").text
        assert "data-embed" not in text
        assert "evil" not in text


def test_what_is_no_origin_is_refused(held: House) -> None:
    answer = held.api("PATCH", f"/links/{held.token}", {"hosts": ["https://ok.example", "https://*"]})
    assert answer.status_code == 422
    assert [one["code"] for one in answer.json["errors"]] == ["bad_host"]


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"])
def test_another_site_cannot_send_without_the_token_of_a_page(held: House, kind: str) -> None:
    """What a page of a site on the list can make a visitor's browser send: a form of its own, cookies and all."""
    held.open(f"?embed={SITE}")
    foreign = {**HTML, "Origin": SITE, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"}
    answer = held.browser.post(
        f"{held.path}?embed={SITE}", data={"line": "forged"} if kind != "text/plain" else "line=forged",
        content_type=kind, headers=foreign,
    )  # fmt: skip
    assert answer.status_code in {415, 422}
    script = held.browser.post(held.path, json={"values": {"line": "forged"}}, headers=foreign)
    assert script.status_code == 422
    assert "Access-Control-Allow-Origin" not in held.open(Origin=SITE).headers
    assert held.records() == []


def test_a_page_in_a_frame_is_sent_without_any_cookie(held: House) -> None:
    page = held.open(f"?embed={SITE}")
    stranger = held.formloom.web.test_client(use_cookies=False)
    read = held.inputs(page)
    held.clock.advance(timedelta(seconds=3))
    assert held.post(read, {"line": "x"}, client=stranger).status_code == 303
    assert [one["values"]["line"] for one in held.records()] == ["x"]


def test_without_a_cookie_a_device_is_told_what_to_do(form: Publish) -> None:
    house = form(ENTRY["line"], settings={"limits": [{"by": "device"}]})
    page = house.open()
    house.browser = house.formloom.web.test_client(use_cookies=False)
    answer = house.send({"line": "x"}, page=page)
    assert answer.status_code == 403
    assert "in a window of its own" in answer.text
    assert 'value="x"' in answer.text


def test_cookies_in_a_frame_are_partitioned_over_https_and_plain_otherwise(house: House) -> None:
    house.formloom.runtime.settings = house.formloom.runtime.settings.__class__(
        **{name: getattr(house.formloom.runtime.settings, name) for name in house.formloom.runtime.settings.__slots__}
        | {"base_url": "https://forms.example.com"}
    )
    house.publish({"fields": [ENTRY["line"]], "settings": {"limits": [{"by": "device"}]}})
    own = house.open().headers["Set-Cookie"]
    framed = house.formloom.web.test_client().get(house.path, headers={**HTML, "Sec-Fetch-Dest": "iframe"})
    assert "SameSite=Lax" in own
    assert "Partitioned" not in own
    assert all(part in framed.headers["Set-Cookie"] for part in ("SameSite=None", "Secure", "Partitioned"))
