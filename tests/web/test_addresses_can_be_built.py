"""Routes come up without the builders of their addresses, which are made when somebody asks."""

from flask import Flask, url_for

from formloom.platform.web.factory import MatchedRule


def test_an_address_is_built_when_asked_for() -> None:
    app = Flask("somewhere", static_folder=None)
    app.url_rule_class = MatchedRule
    app.add_url_rule("/f/<slug>/<int:page>", "page", lambda slug, page: f"{slug} {page}")
    with app.test_request_context():
        assert url_for("page", slug="a b", page=3, q="x") == "/f/a%20b/3?q=x"
    assert app.test_client().get("/f/a%20b/3").text == "a b 3"
