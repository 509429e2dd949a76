"""The gallery over HTTP."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from formloom.builders.gallery import browsing, exchange, installing, removing, sampling, shelf
from formloom.builders.gallery.browsing import Entry
from formloom.builders.gallery.errors import PackageUnreadable
from formloom.builders.gallery.installing import Installed, Wish
from formloom.builders.gallery.package import Package
from formloom.builders.routes.definitions import told
from formloom.platform.access.policy import Act, admit
from formloom.platform.analytics.widgets import Viewing
from formloom.platform.storage import house_zone
from formloom.platform.web.route import Api, Call

api = Api("gallery")
MAX_UPLOAD_BYTES = 21_000_000


class InstallBody(Schema):
    """How to install."""

    sample_data = fields.Boolean(load_default=True)


class ConfirmBody(Schema):
    """How to install what was uploaded."""

    sample_data = fields.Boolean(load_default=False)


@api.get("/templates", act=Act.TEMPLATE_LIST)
def list_templates(call: Call) -> object:
    """List the packages of the gallery."""
    with call.db.read() as unit:
        return {"templates": [shown(entry) for entry in browsing.list_packages(unit, call.actor)]}


@api.get("/templates/<slug>", act=Act.TEMPLATE_LIST)
def read_template(call: Call, slug: str) -> object:
    """Return a package with its documents, and its dashboards over its sample data."""
    with call.db.read() as unit:
        entry = browsing.look_at(unit, call.actor, slug)
        zone = house_zone.current(unit)
    return {**shown(entry), "preview": browsing.preview(entry.package, Viewing(call.locale, call.now, zone))}


@api.post("/templates/<slug>/install", act=Act.TEMPLATE_INSTALL, body=InstallBody(), status=201)
def install_template(call: Call, slug: str) -> object:
    """Install a package; installing it again finds what is there."""
    package = shelf.get(slug)
    wish = Wish(call.body["sample_data"], "gallery", call.runtime.listeners)

    def work(uow: Any) -> Installed:
        done = installing.install(uow, call.actor, package, now=call.now, catalog=call.runtime.catalog, wish=wish)
        uow.after_commit(call.runtime.wake)
        return done

    return installed(call.db.write(work))


@api.delete("/templates/<slug>", act=Act.TEMPLATE_REMOVE, status=200)
def remove_template(call: Call, slug: str) -> object:
    """Remove a package with its app."""
    catalog = call.runtime.catalog
    done = call.db.write(lambda uow: removing.remove(uow, call.actor, slug, now=call.now, catalog=catalog))
    return {"app": {"id": done.app_id}, "removed": done.samples.removed, "kept": done.samples.kept}


@api.delete("/templates/<slug>/sample-data", act=Act.TEMPLATE_REMOVE, status=200)
def remove_sample_data(call: Call, slug: str) -> object:
    """Take a package's sample data away; records that people have worked on stay."""
    catalog = call.runtime.catalog
    done = call.db.write(lambda uow: sampling.clear(uow, call.actor, slug, now=call.now, catalog=catalog))
    return {"removed": done.removed, "kept": done.kept}


@api.post("/templates/import", act=Act.TEMPLATE_IMPORT, takes="multipart", max_bytes=MAX_UPLOAD_BYTES, status=201)
def import_template(call: Call) -> object:
    """Upload a package file; nothing happens until it is confirmed."""
    admit(Act.TEMPLATE_IMPORT, call.actor)
    upload = call.request.files.get("file")
    if upload is None:
        raise PackageUnreadable(why="no file was sent", part="file")
    package = exchange.read_upload(upload.read())
    package_id, findings = call.db.write(lambda uow: exchange.keep(uow, call.actor, package, now=call.now))
    with call.db.read() as unit:
        zone = house_zone.current(unit)
    return {
        "id": package_id, **described(package), "findings": told(findings, call.locale),
        "preview": browsing.preview(package, Viewing(call.locale, call.now, zone)),
    }  # fmt: skip


@api.post("/templates/imported/<package_id>/confirm", act=Act.TEMPLATE_IMPORT, body=ConfirmBody(), status=201)
def confirm_import(call: Call, package_id: str) -> object:
    """Install an uploaded package with its rules off."""
    rt = call.runtime
    done = call.db.write(
        lambda uow: exchange.confirm(
            uow, call.actor, package_id, now=call.now, catalog=rt.catalog, sample_data=call.body["sample_data"],
            listeners=rt.listeners,
        )
    )  # fmt: skip
    return installed(done)


@api.get("/apps/<app>/package", act=Act.DEFINITION_EXPORT, gives="application/zip")
def export_app(call: Call, app: str) -> object:
    """Return an app as a package file, without records and secrets."""
    with call.db.read() as unit:
        content = exchange.export(unit, call.actor, app)
    answer = Response(content, content_type="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="app.formloom.zip"'
    return answer


def shown(entry: Entry) -> dict[str, Any]:
    """Return a package of the gallery as the API shows it."""
    known = entry.installed
    there = {"version": known.version, "app": {"id": known.app_id, "key": known.app_key}} if known else None
    return {
        **described(entry.package), "installed": there, "samples_left": entry.samples_left,
        "can_remove": entry.can_remove,
    }  # fmt: skip


def described(package: Package) -> dict[str, Any]:
    """Return what a package says of itself."""
    manifest = package.manifest
    return {
        "slug": package.slug, "version": package.version, "title": manifest["title"], "summary": manifest["summary"],
        "category": manifest["category"], "icon": manifest["icon"], "cover": manifest["cover"],
        "sample_data": package.sample_count() > 0, "samples": package.sample_count(),
        "contents": package.contents(), "roles": manifest["roles"], "leading_role": manifest["leading_role"],
        "try_it": manifest["try_it"],
    }  # fmt: skip


def installed(done: Installed) -> dict[str, Any]:
    """Return an installation as the API shows it."""
    return {
        "app": {"id": done.app_id, "key": done.app_key}, "slug": done.slug, "is_new": done.is_new,
        "samples": done.samples,
    }  # fmt: skip
