"""The gallery and dashboards as a browser asks for them."""

import io
import zipfile
from typing import Any

import pytest

from formloom.builders.gallery import exchange, shelf

from .conftest import Site
from .hostile import CORPUS, honest, zipped

pytestmark = pytest.mark.one_database


def test_the_gallery_lists_every_package_and_what_is_installed(site: Site) -> None:
    site.ask("POST", "/templates/survey/install", json={})
    found = {one["slug"]: one for one in site.ask("GET", "/templates").json["templates"]}
    assert set(found) == set(shelf.slugs())
    assert found["survey"]["installed"]["app"]["key"] == "survey"
    assert found["survey"]["samples_left"] == found["survey"]["samples"] > 0
    assert found["crm"]["installed"] is None
    assert found["crm"]["contents"]["form"] == 5


def test_a_preview_shows_the_figures_that_the_installation_will_show(site: Site) -> None:
    for slug in shelf.slugs():
        preview = site.ask("GET", f"/templates/{slug}").json["preview"]
        app = site.ask("POST", f"/templates/{slug}/install", json={}).json["app"]
        listed = site.ask("GET", f"/apps/{app['key']}/definitions?kind=dashboard").json["definitions"]
        for board in preview["dashboards"]:
            dashboard = next(one["id"] for one in listed if one["key"] == board["key"])
            real = site.ask("POST", f"/dashboards/{dashboard}/data", json={}).json["widgets"]
            for name, figures in board["figures"].items():
                assert "error" not in real[name], (slug, name, real[name])
                assert _told(figures) == _told(real[name]), (slug, name)


def _told(widget: dict[str, Any]) -> Any:
    if "rows" in widget:
        rows = [(one["label"], one["measures"], one.get("value"), one.get("n")) for one in widget["rows"]]
        return sorted(rows, key=lambda row: row[0])  # people stand in no order of their own
    if "records" in widget:
        return len(widget["records"])
    return (_plain(widget["value"]), widget["n"], widget.get("margin"))


def _plain(value: Any) -> Any:
    return float(value) if value is not None else None


def test_installing_answers_201_with_the_app_each_time(site: Site) -> None:
    first = site.ask("POST", "/templates/crm/install", json={"sample_data": False})
    second = site.ask("POST", "/templates/crm/install", json={})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json["app"] == second.json["app"]
    assert (first.json["is_new"], second.json["is_new"]) == (True, False)


def test_sample_data_goes_in_one_click_and_is_counted(site: Site) -> None:
    site.ask("POST", "/templates/survey/install", json={})
    gone = site.ask("DELETE", "/templates/survey/sample-data")
    assert (gone.status_code, gone.json["kept"]) == (200, 0)
    assert gone.json["removed"] == shelf.get("survey").sample_count()
    found = site.ask("GET", "/forms/survey.response/records?count=exact")
    assert found.json["count"] == 0


def test_an_unknown_package_is_told_with_the_nearest_name(site: Site) -> None:
    answer = site.ask("GET", "/templates/ticketin")
    assert answer.status_code == 404
    assert "ticketing" in answer.json["detail"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_no_hostile_upload_gives_a_fault_of_ours(site: Site) -> None:
    answers = {name: site.upload(make()).status_code for name, make in CORPUS.items()}
    assert set(answers.values()) <= {413, 422}, answers
    assert site.upload(b"").status_code == 422
    assert site.ask("POST", "/templates/import", json={}).status_code == 415
    assert site.upload(bytes(21_100_000)).status_code == 413


def test_an_upload_shows_what_it_holds_and_installs_only_when_confirmed(site: Site) -> None:
    shown = site.upload(zipped(honest()))
    assert shown.status_code == 201
    assert shown.json["slug"] == "guest"
    assert site.ask("GET", "/apps").json["apps"] == []
    done = site.ask("POST", f"/templates/imported/{shown.json['id']}/confirm", json={})
    assert (done.status_code, done.json["app"]["key"]) == (201, "guest")


def test_an_app_is_taken_out_as_a_file(site: Site) -> None:
    site.ask("POST", "/templates/crm/install", json={"sample_data": False})
    answer = site.ask("GET", "/apps/crm/package")
    assert answer.content_type == "application/zip"
    assert zipfile.is_zipfile(io.BytesIO(answer.data))
    assert exchange.read_upload(answer.data).definitions == shelf.get("crm").definitions


@pytest.mark.parametrize("body", [{"filter": 7}, {"filter": [], "x": 1}, {"unknown": {}}])
def test_a_wrong_question_to_a_dashboard_is_refused(site: Site, body: dict[str, Any]) -> None:
    site.ask("POST", "/templates/survey/install", json={"sample_data": False})
    listed = site.ask("GET", "/apps/survey/definitions?kind=dashboard").json["definitions"]
    assert site.ask("POST", f"/dashboards/{listed[0]['id']}/data", json=body).status_code == 422
    assert site.ask("GET", "/dashboards/nonsense").status_code == 404


def test_the_catalogue_tells_the_metrics(site: Site) -> None:
    found = {one["id"]: one for one in site.ask("GET", "/catalog").json["metrics"]}
    assert found["nps"]["value_kinds"] == ["number"]
    assert found["closed_loop_rate"]["value_kinds"] == ["boolean", "choice"]
