"""What works and what not: asked by `formloom check` and by the settings page."""

from collections.abc import Callable
from dataclasses import dataclass

from formloom.platform.kernel.text import LocalizedText, resolve
from formloom.platform.storage.figures import SILENT_S, figures, lease_ages
from formloom.platform.storage.migrate import current_revision, head_revision
from formloom.platform.web.runtime import Runtime

BACKLOG = 1_000


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One thing that was looked at."""

    id: str
    ok: bool
    detail: LocalizedText
    is_required: bool = True

    def words(self, locale: str) -> str:
        """Return the detail in `locale`."""
        return resolve(self.detail, locale)


def run_checks(rt: Runtime) -> list[CheckResult]:
    """Look at everything; a check that breaks is a check that failed."""
    return [_guarded(name, check, rt) for name, check in _CHECKS]


def _guarded(name: str, check: Callable[[Runtime], CheckResult], rt: Runtime) -> CheckResult:
    try:
        return check(rt)
    except Exception as fault:  # noqa: BLE001 - whatever breaks is what is to be told
        return CheckResult(name, False, {"zh-CN": f"{fault}", "en": f"{fault}"})


def _database(rt: Runtime) -> CheckResult:
    with rt.db.read() as unit:
        current = current_revision(unit.conn)
    fits = current == head_revision()
    return CheckResult(
        "database", fits,
        {"zh-CN": f"{rt.db.dialect}，版本 {current}", "en": f"{rt.db.dialect}, revision {current}"},
    )  # fmt: skip


def _files(rt: Runtime) -> CheckResult:
    probe = rt.files.folder / ".probe"
    probe.write_text("ok")
    probe.unlink()
    return CheckResult("files", True, {"zh-CN": f"可写：{rt.files.folder}", "en": f"writable: {rt.files.folder}"})


def _mail(rt: Runtime) -> CheckResult:
    if rt.settings.smtp_url is None:
        words = {
            "zh-CN": "未配置 FORMLOOM_SMTP_URL，邮件只保存不发出",
            "en": "FORMLOOM_SMTP_URL is not set: mail is kept and not sent",
        }
        return CheckResult("mail", False, words, is_required=False)
    fault = rt.probe_mail()
    words = {"zh-CN": fault or "邮件服务器可用", "en": fault or "the mail server answers"}
    return CheckResult("mail", fault is None, words, is_required=False)


def _queue(rt: Runtime) -> CheckResult:
    with rt.db.read() as unit:
        waiting = int(figures(unit, rt.now())["outbox_events"][1].get("new", 0))
    words = {"zh-CN": f"{waiting} 个事件待处理", "en": f"{waiting} events wait"}
    return CheckResult("queue", waiting < BACKLOG, words)


def _broker(rt: Runtime) -> CheckResult:
    if rt.settings.broker_url is None:
        words = {
            "zh-CN": "未配置 FORMLOOM_BROKER_URL，由本进程执行流程",
            "en": "FORMLOOM_BROKER_URL is not set: flows are run in this process",
        }
        return CheckResult("broker", True, words, is_required=False)
    fault = rt.probe_broker()
    words = {
        "zh-CN": f"{fault}；流程照常执行，最多晚半秒" if fault else "消息代理可用",
        "en": f"{fault}; flows run all the same, half a second later at most" if fault else "the broker answers",
    }
    return CheckResult("broker", fault is None, words, is_required=False)


def _leases(rt: Runtime) -> CheckResult:
    """Tell who leads and how many workers live; with a broker there must be one of each."""
    with rt.db.read() as unit:
        alive = [name for name, age in lease_ages(unit, rt.now()).items() if age < SILENT_S]
    leads = "ticker" in alive
    workers = len(alive) - leads
    words = {
        "zh-CN": f"定时器：{'有' if leads else '无'}，工作进程：{workers} 个",
        "en": f"{'a ticker leads' if leads else 'no ticker leads'}, {workers} workers live",
    }
    is_needed = rt.settings.broker_url is not None
    return CheckResult("leases", not is_needed or (leads and workers > 0), words, is_required=is_needed)


def _secrets(rt: Runtime) -> CheckResult:
    words = {"zh-CN": "密钥已生成", "en": "the secret key is there"}
    return CheckResult("secret", len(rt.settings.secret_key) >= 32, words)


_CHECKS: tuple[tuple[str, Callable[[Runtime], CheckResult]], ...] = (
    ("database", _database), ("files", _files), ("mail", _mail), ("queue", _queue), ("broker", _broker),
    ("leases", _leases), ("secret", _secrets),
)  # fmt: skip
