"""Builds the Flask application from its routes.

The application knows nothing but the runtime; the routes come in as `Api` objects from `app.py`. What belongs to
every answer (headers, the problem document, the request log) is added here.
"""

from collections.abc import Callable, Iterable
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import Rule
from whitenoise import WhiteNoise

from formloom.platform.web import problems
from formloom.platform.web.route import Api
from formloom.platform.web.runtime import Runtime

MAX_FORM_PARTS = 1_000
MAX_FORM_MEMORY = 2_000_000
IMMUTABLE_S = 31_536_000


class MatchedRule(Rule):
    """A rule whose address builder is made when somebody asks for an address, which nobody here does.

    Making the builders of all routes took two thirds of the time in which the application comes up.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        make = super()._compile_builder

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            return make(append_unknown)(rule, **values)

        return build


def create_web(
    runtime: Runtime,
    apis: Iterable[Api],
    *,
    bundle: Path,
    install: Iterable[Callable[[Flask], None]] = (),
) -> Flask:
    """Return the WSGI application.

    `bundle` is the folder of the built browser side, served at /static/ with immutable caching for hashed
    files. Each of `install` adds what is no route: security headers, template filters.
    """
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.extensions["formloom"] = runtime
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's documented way
    app.config["MAX_FORM_PARTS"] = MAX_FORM_PARTS
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_FORM_MEMORY
    problems.install(app)
    for step in install:
        step(app)
    routes = _routes(tuple(apis))
    app.url_map, app.view_functions = routes.url_map, routes.view_functions
    app.extensions["formloom.routes"] = routes.extensions["formloom.routes"]
    _wrap(app, runtime, bundle)
    return app


@cache
def _routes(apis: tuple[Api, ...]) -> Flask:
    """Return an application with these routes and nothing else, for all applications of a process to take them from.

    Views ask the application at hand for its runtime, so the same ones serve them all.
    """
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.url_rule_class = MatchedRule
    for api in apis:
        api.register(app)
    return app


def _wrap(app: Flask, runtime: Runtime, bundle: Path) -> None:
    hops = runtime.settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]  # Flask's documented way
    if bundle.is_dir():
        files = copy(_files(bundle))
        files.application = app.wsgi_app
        app.wsgi_app = files  # type: ignore[method-assign]  # Flask's documented way


@cache
def _files(bundle: Path) -> WhiteNoise:
    """Return what serves the files of a folder; looking them up once is enough for all applications of a process."""
    return WhiteNoise(
        None, root=str(bundle), prefix="static/", max_age=300,
        immutable_file_test=lambda _path, url: "/assets/" in url,
    )  # fmt: skip
