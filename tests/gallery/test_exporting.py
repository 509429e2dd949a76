"""An app leaves the house as a package and comes back as the same app, without secrets and people."""

import json

from formloom.builders import apps, life
from formloom.builders.gallery import exchange, shelf
from formloom.platform.storage import definition_store as store

TITLE = {"zh-CN": "标题", "en": "Title"}


def test_an_installed_package_exports_the_same_documents(house) -> None:
    house.install("ticketing")
    with house.db.read() as unit:
        found = exchange.read_upload(exchange.export(unit, house.admin, "ticketing"))
    assert found.definitions == shelf.get("ticketing").definitions
    assert found.samples == {}
    assert {"support_lead", "support_agent"} <= {role["key"] for role in found.manifest["roles"]}


def test_secrets_and_people_stay_at_home(house) -> None:
    def work(uow):
        app = apps.create(uow, house.admin, "own", {"title": TITLE}, now=house.now).row.id
        form = {"title": TITLE, "fields": [{"id": "name", "type": "text", "label": TITLE}]}
        group = {
            "title": TITLE, "members": {"users": [house.admin.user_id], "departments": [], "roles": []},
            "grants": [{"form": "f", "acts": ["record.read"]}],
        }  # fmt: skip
        call = {"id": "n", "type": "call_webhook", "url": "https://example.com/in", "secret": "whsec_geheim"}
        flow = {"title": TITLE, "form": "f", "enabled": True, "trigger": {"type": "record_created"}, "nodes": [call]}
        for kind, key, document in (("form", "f", form), ("permission_group", "g", group), ("flow", "w", flow)):
            made = store.create(
                uow, app_id=app, kind=kind, key=key, document=document, by=house.admin.user_id, now=house.now
            )
            life.publish(uow, house.admin, made, now=house.now)

    house.db.write(work)
    with house.db.read() as unit:
        told = json.dumps(exchange.read_upload(exchange.export(unit, house.admin, "own")).definitions)
    assert "geheim" not in told
    assert house.admin.user_id not in told
    assert "https://example.com/in" in told
