"""What some forms do beyond the ordinary page. Each is a script of its own that only these forms load."""

from collections.abc import Mapping

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.text import LocalizedText, resolve
from formloom.platform.web.public.visits import Visit

TEXTS: Mapping[str, Mapping[str, LocalizedText]] = {
    "cards": {
        "card_ok": {"zh-CN": "下一题", "en": "OK"},
        "card_of": {"zh-CN": "{n} / {of}", "en": "{n} / {of}"},
        "card_told": {"zh-CN": "第 {n} 题，共 {of} 题", "en": "Question {n} of {of}"},
        "card_enter": {"zh-CN": "按 Enter ↵", "en": "press Enter ↵"},
        "card_line": {
            "zh-CN": "Enter ↵ 下一题，Shift + Enter 换行",
            "en": "Enter ↵ goes on, Shift + Enter begins a line",
        },
    },
    "scan": {
        "scan": {"zh-CN": "扫码", "en": "Scan"},
        "scan_aim": {"zh-CN": "将条码放进画面", "en": "Hold the code in front of the camera"},
        "scan_failed": {"zh-CN": "无法使用相机，请手动输入", "en": "The camera can't be used: type the code instead"},
    },
    "offline": {
        "waiting_one": {"zh-CN": "此设备上有 1 份等待提交", "en": "1 answer waits on this device"},
        "waiting_many": {"zh-CN": "此设备上有 {n} 份等待提交", "en": "{n} answers wait on this device"},
        "waiting_state": {"zh-CN": "联网后自动提交", "en": "Will be sent when you are online again"},
        "waiting_sent": {"zh-CN": "{time} 填写的一份已提交", "en": "The answer of {time} was sent"},
        "waiting_now": {"zh-CN": "立即提交", "en": "Send now"},
        "waiting_open": {"zh-CN": "打开修改", "en": "Open and correct"},
        "waiting_drop": {"zh-CN": "删除", "en": "Delete"},
        "waiting_sure": {"zh-CN": "删除后无法恢复，确定删除吗？", "en": "It can't be brought back. Delete it?"},
        "waiting_changed": {"zh-CN": "表单已更改，请打开修改：", "en": "The form has changed, please correct it:"},
    },
}


def modes_of(form: FormVersion, *, may_keep: bool = False) -> tuple[str, ...]:
    """Return the names of what a form does beyond the ordinary page; each is that of its script.

    `may_keep`: the page is one that a device may keep, the same for everybody who opens the link.
    """
    does = {
        "cards": form.settings.get("mode") == "cards",
        "scan": _scans(form),
        "offline": may_keep and bool(form.settings.get("offline")),
    }
    return tuple(name for name, is_done in does.items() if is_done)


def _scans(form: FormVersion) -> bool:
    """Tell whether a code can be scanned into a field of the page, or into a column of its rows."""
    return any(
        item.type.is_scanned or (item.rows is not None and _scans(item.rows)) for item in form.fields if item.public
    )


def may_keep(visit: Visit, ref: str = "") -> bool:
    """Tell whether a device may keep the page: not one of a personal link, with a password or in a frame."""
    return visit.link.password_hash is None and visit.holder is None and not ref


def texts_of(modes: tuple[str, ...], locale: str) -> dict[str, str]:
    """Return the words that the scripts of these modes need."""
    return {name: resolve(text, locale) for mode in modes for name, text in TEXTS.get(mode, {}).items()}
