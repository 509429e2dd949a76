"""The texts of the public pages. Customers are addressed with 您."""

from collections.abc import Mapping

from formloom.platform.kernel.text import LocalizedText

TEXTS: Mapping[str, LocalizedText] = {
    "submit": {"zh-CN": "提交", "en": "Submit"},
    "optional": {"zh-CN": "选填", "en": "optional"},
    "required": {"zh-CN": "必填", "en": "required"},
    "other_language": {"zh-CN": "English", "en": "中文"},
    "summary": {"zh-CN": "还有几处需要修改", "en": "A few things need a change"},
    "error": {"zh-CN": "错误：", "en": "Error: "},
    "if_applies": {"zh-CN": "按您的情况填写，不适用可留空", "en": "Only if it applies to you"},
    "upload_hint": {"zh-CN": "最多 {n} 个，每个不超过 {mb} MB", "en": "Up to {n} files, {mb} MB each"},
    "choose_files": {"zh-CN": "选择文件", "en": "Choose files"},
    "kept_files": {"zh-CN": "已上传", "en": "Uploaded"},
    "remove": {"zh-CN": "移除", "en": "Remove"},
    "thanks_title": {"zh-CN": "已收到，谢谢您", "en": "We have it, thank you"},
    "receipt": {"zh-CN": "受理编号", "en": "Your number"},
    "received_at": {"zh-CN": "提交时间", "en": "Received"},
    "again": {"zh-CN": "再填一份", "en": "Fill in another"},
    "already": {"zh-CN": "您已提交过，这是当时的回执", "en": "You sent this already; here is your receipt"},
    "closed_title": {"zh-CN": "表单已关闭", "en": "This form is closed"},
    "not_yet_title": {"zh-CN": "表单尚未开放", "en": "This form is not open yet"},
    "ended_title": {"zh-CN": "填写时间已结束", "en": "The time to fill this in is over"},
    "full_title": {"zh-CN": "名额已满", "en": "This form is full"},
    "opens_at": {"zh-CN": "开放时间", "en": "Opens"},
    "ended_at": {"zh-CN": "结束时间", "en": "Ended"},
    "closed_text": {
        "zh-CN": "如有需要，请联系给您此链接的人。",
        "en": "If you need help, ask whoever gave you this link.",
    },
    "missing_title": {"zh-CN": "链接无效", "en": "This link doesn't work"},
    "missing_text": {
        "zh-CN": "请检查地址是否完整，或联系给您此链接的人。",
        "en": "Check the address, or ask whoever gave it to you.",
    },
    "saved_here": {
        "zh-CN": "已在本机保存，关闭页面也不会丢",
        "en": "Kept on this device; closing the page loses nothing",
    },
    "restored": {"zh-CN": "已恢复您上次未提交的内容", "en": "What you typed last time is back"},
    "clear": {"zh-CN": "清空", "en": "Clear"},
    "offline": {"zh-CN": "离线，已存本机，联网后提交", "en": "Offline: kept on this device, sent when you're back"},
    "sending": {"zh-CN": "正在提交…", "en": "Sending…"},
    "failed": {
        "zh-CN": "没有提交成功，内容还在，请再试一次",
        "en": "That didn't go through; nothing is lost, try again",
    },
    "powered": {"zh-CN": "由 织单 提供", "en": "Made with Formloom"},
    "yes": {"zh-CN": "是", "en": "Yes"},
    "leave_empty": {"zh-CN": "请勿填写此项", "en": "Leave this empty"},
    "stars": {"zh-CN": "{n} 星", "en": "{n} stars"},
    "rate_again": {"zh-CN": "您已评价过，谢谢", "en": "You have answered already, thank you"},
    "preview": {"zh-CN": "预览，不会提交", "en": "Preview: nothing is sent"},
}
