"""The house stands as drawn: packages listed, no name clash, walls where they belong."""

import ast
import platform as standard_platform
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("platform", "workflows", "builders", "templates_lib", "static")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def python_files() -> list[Path]:
    return [
        path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "node_modules" not in path.parts
    ] + [ROOT / "app.py"]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
    return names


def test_platform_never_becomes_a_package_of_its_own() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert standard_platform.python_version()


@pytest.mark.parametrize("command", [["-c", "import platform; platform.python_version()"], ["app.py", "--help"]])
def test_the_standard_platform_module_wins_in_the_root(command: list[str]) -> None:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_package_is_listed_for_the_wheel() -> None:
    folders = {
        path.parent for room in ROOMS for path in (ROOT / room).rglob("__init__.py") if "node_modules" not in path.parts
    }
    found = {"formloom", "formloom.platform"} | {
        "formloom." + ".".join(folder.relative_to(ROOT).parts) for folder in folders
    }
    assert sorted(PYPROJECT["tool"]["setuptools"]["packages"]) == sorted(found)


def test_importing_a_room_from_the_root_is_refused_nowhere_used() -> None:
    for path in python_files():
        for name in imported(path):
            assert name.split(".")[0] not in {"builders", "workflows", "templates_lib"}, (
                f"{path}: import formloom.{name}"
            )


def test_flask_stays_on_the_web_floor() -> None:
    for path in python_files():
        parts = path.relative_to(ROOT).parts
        allowed = (
            parts[:2] == ("platform", "web") or path.name == "routes.py" or "routes" in parts or path.name == "app.py"
        )
        if not allowed:
            assert not {name.split(".")[0] for name in imported(path)} & {"flask", "wtforms"}, path


def test_sql_is_written_only_in_storage_and_query_modules() -> None:
    for path in python_files():
        parts = path.relative_to(ROOT).parts
        allowed = (
            parts[:2] == ("platform", "storage")
            or path.stem.endswith("queries")
            or "queries" in parts
            or parts == ("platform", "definitions", "conditions", "sql.py")
            or parts == ("platform", "web", "problems.py")  # maps the driver's errors to answers
            or parts == ("platform", "web", "operations.py")
        )
        if not allowed:
            assert "sqlalchemy" not in {name.split(".")[0] for name in imported(path)}, path


def test_the_network_is_reached_only_through_the_channels() -> None:
    clients = {"httpx", "smtplib", "requests", "urllib.request", "socket", "http.client"}
    for path in python_files():
        parts = path.relative_to(ROOT).parts
        if parts[:2] != ("workflows", "channels"):
            assert not imported(path) & clients, path


def test_apscheduler_is_used_in_one_module() -> None:
    users = [path for path in python_files() if any(name.startswith("apscheduler") for name in imported(path))]
    assert len(users) <= 1, users


def test_only_the_unit_of_work_commits() -> None:
    allowed = {"group_commit.py", "units.py", "database.py", "env.py"}
    for path in python_files():
        if path.name in allowed:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}:
                raise AssertionError(f"{path}:{node.lineno} ends a transaction")


def test_nothing_is_evaluated() -> None:
    banned = {"eval", "exec", "compile", "__import__"}
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in banned, f"{path}:{node.lineno}"


def test_no_sql_is_put_together_from_text() -> None:
    for path in python_files():
        names = {
            node.attr if isinstance(node, ast.Attribute) else node.id
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, (ast.Attribute, ast.Name))
        }
        if "exec_driver_sql" in names:
            assert path.is_relative_to(ROOT / "platform" / "storage"), path
        if "sqlalchemy" in {name.split(".")[0] for name in imported(path)}:
            source = path.read_text(encoding="utf-8")
            assert "import text" not in source and ", text" not in source.split("\n\n\n")[0], path


def test_walls_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    links = ROOT / ".links"
    links.mkdir(exist_ok=True)
    if not (links / "formloom").exists():
        (links / "formloom").symlink_to("..")
    done = subprocess.run(
        [str(linter), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(links), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_lock_files_name_no_download_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert "://" not in (ROOT / name).read_text()
    lock = (ROOT / "static" / "package-lock.json").read_text()
    assert '"resolved"' not in lock


def test_every_test_that_the_security_page_names_is_there() -> None:
    named = re.findall(r"`([a-z]+/test_[a-z_]+\.py)::(test_[a-z0-9_]+)`", (ROOT / "docs/security.md").read_text())
    assert len(named) > 60
    gone = [f"{file}::{name}" for file, name in named if f"def {name}(" not in (ROOT / "tests" / file).read_text()]
    assert not gone, gone
    lines = re.findall(r"^\| W(\d+) \|", (ROOT / "docs/security.md").read_text(), re.MULTILINE)
    assert lines == [str(number) for number in range(1, 39)]
