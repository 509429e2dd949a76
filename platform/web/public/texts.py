"""The texts of the public pages. Customers are addressed with 您."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from formloom.platform.kernel.text import LocalizedText, fill

TEXTS: Mapping[str, LocalizedText] = {
    "submit": {"zh-CN": "提交", "en": "Submit"},
    "optional": {"zh-CN": "（选填）", "en": "(optional)"},
    "required": {"zh-CN": "必填", "en": "required"},
    "choose": {"zh-CN": "请选择", "en": "Choose"},
    "yes": {"zh-CN": "是", "en": "Yes"},
    "no": {"zh-CN": "否", "en": "No"},
    "summary_one": {"zh-CN": "还有 1 处需要修改", "en": "Please correct 1 answer"},
    "summary_many": {"zh-CN": "还有 {n} 处需要修改", "en": "Please correct {n} answers"},
    "not_sent": {"zh-CN": "还没有提交", "en": "Not sent yet"},
    "error": {"zh-CN": "错误：", "en": "Error: "},
    "if_applies": {"zh-CN": "仅在适用时填写，不适用请留空", "en": "Only if it applies to you; else leave it empty"},
    "zone": {"zh-CN": "时间按{zone}填写", "en": "In {zone}"},
    "beijing": {"zh-CN": "北京时间", "en": "Beijing time"},
    "choose_up_to": {"zh-CN": "可多选，最多 {n} 项", "en": "Choose up to {n}"},
    "choose_any": {"zh-CN": "可多选", "en": "Choose any that apply"},
    "choose_between": {"zh-CN": "请选 {least} 到 {most} 项", "en": "Choose {least} to {most}"},
    "choose_least": {"zh-CN": "至少选 {n} 项", "en": "Choose at least {n}"},
    "stars": {"zh-CN": "{n} 星", "en": "{n} stars"},
    "star": {"zh-CN": "1 星", "en": "1 star"},
    "choose_file": {"zh-CN": "选择文件", "en": "Choose a file"},
    "choose_files": {"zh-CN": "选择文件", "en": "Choose files"},
    "choose_image": {"zh-CN": "选择照片", "en": "Choose a photo"},
    "choose_images": {"zh-CN": "选择照片", "en": "Choose photos"},
    "or_drop": {"zh-CN": "，或拖到这里、直接粘贴", "en": ", drop or paste them here"},
    "one_file": {"zh-CN": "1 个文件，不超过 {mb} MB", "en": "One file of up to {mb} MB"},
    "many_files": {"zh-CN": "最多 {n} 个，每个不超过 {mb} MB", "en": "Up to {n} files of {mb} MB each"},
    "kept": {"zh-CN": "已上传，取消勾选即移除：", "en": "Uploaded; untick to remove:"},
    "leave_empty": {"zh-CN": "请勿填写此项", "en": "Leave this empty"},
    "slide": {"zh-CN": "{least} 到 {most} 的整数", "en": "A whole number from {least} to {most}"},
    "slide_step": {"zh-CN": "{least} 到 {most}，每 {n} 一档", "en": "From {least} to {most}, in steps of {n}"},
    "hours": {"zh-CN": "小时", "en": "hours"},
    "minutes": {"zh-CN": "分钟", "en": "minutes"},
    "seconds": {"zh-CN": "秒", "en": "seconds"},
    "place": {"zh-CN": "第 {n} 位", "en": "Place {n}"},
    "rank_all": {"zh-CN": "从第 1 位起，排出全部", "en": "Rank all of them, the first place first"},
    "rank_first": {"zh-CN": "从第 1 位起，排出前 {n} 位", "en": "Rank your first {n}"},
    "rich_plain": {"zh-CN": "可分段书写", "en": "An empty line begins a new paragraph"},
    "other_language": {"zh-CN": "English", "en": "中文"},
    "preview": {"zh-CN": "这是预览，不会提交", "en": "This is a preview: nothing is sent"},
    "from_link": {"zh-CN": "由链接填好", "en": "Filled in by your link"},
    "prefilled": {"zh-CN": "由链接预填，请核对", "en": "Filled in by the link: please check"},
    "made_with": {"zh-CN": "由织单提供", "en": "Made with Formloom"},
    # receipt
    "thanks": {"zh-CN": "已收到，谢谢您", "en": "We have it, thank you"},
    "receipt": {"zh-CN": "单号", "en": "Your number"},
    "received": {"zh-CN": "已收到", "en": "Received"},
    "keep_number": {"zh-CN": "请保留单号，联系我们时会用到。", "en": "Keep this number for when you get in touch."},
    "copy": {"zh-CN": "复制", "en": "Copy"},
    "copied": {"zh-CN": "已复制", "en": "Copied"},
    "your_answers": {"zh-CN": "您的填写", "en": "Your answers"},
    "go_on": {"zh-CN": "前往 {host}", "en": "Go on to {host}"},
    "again": {"zh-CN": "再提交一份", "en": "Send another one"},
    "repeat": {"zh-CN": "您已提交过，这是当时的回执", "en": "You sent this already. Here is your receipt"},
    "repeat_changed": {
        "zh-CN": "这一页已提交过，之后的修改没有保存。需要更正请再提交一份，或联系我们。",
        "en": "This page was sent before, so your later changes are not stored. Send another one, or get in touch.",
    },
    "answered": {"zh-CN": "您已回答过，谢谢", "en": "You have answered already, thank you"},
    # closed
    "switched_off": {"zh-CN": "表单已关闭", "en": "This form is closed"},
    "not_yet": {"zh-CN": "表单尚未开放", "en": "This form is not open yet"},
    "ended": {"zh-CN": "填写已结束", "en": "This form has ended"},
    "full": {"zh-CN": "名额已满", "en": "All places are taken"},
    "switched_off_text": {"zh-CN": "“{title}”不再收集填写。", "en": '"{title}" takes no more answers.'},
    "not_yet_text": {"zh-CN": "“{title}”还没有开始，到时再来即可。", "en": '"{title}" has not begun. Come back then.'},
    "ended_text": {"zh-CN": "“{title}”已经截止。", "en": '"{title}" is over.'},
    "full_text": {"zh-CN": "“{title}”共 {n} 个名额，已经约满。", "en": 'All {n} places of "{title}" are taken.'},
    "opens_in": {"zh-CN": "距开放还有", "en": "Opens in"},
    "day_and": {"zh-CN": "{n} 天 {clock}", "en": "{n} day {clock}"},
    "days_and": {"zh-CN": "{n} 天 {clock}", "en": "{n} days {clock}"},
    "look_again": {"zh-CN": "再看一下是否已开放", "en": "See whether it is open"},
    "opens": {"zh-CN": "开放时间", "en": "Opens"},
    "closes": {"zh-CN": "截止时间", "en": "Until"},
    "closed_at": {"zh-CN": "截止于", "en": "Ended"},
    "contact": {"zh-CN": "着急？请联系我们", "en": "In a hurry? Contact us"},
    "times_in": {"zh-CN": "时间按{zone}显示", "en": "Times are in {zone}"},
    "times_here": {"zh-CN": "时间按您所在时区显示（{zone}）", "en": "Times are in your time zone ({zone})"},
    # password
    "locked": {"zh-CN": "请输入密码", "en": "Enter the password"},
    "locked_text": {
        "zh-CN": "填写此表单需要密码。密码由给您链接的人提供。",
        "en": "This form needs a password. Whoever gave you the link knows it.",
    },
    "password": {"zh-CN": "密码", "en": "Password"},
    "unlock": {"zh-CN": "继续", "en": "Continue"},
    # what went wrong
    "try_again": {"zh-CN": "返回表单", "en": "Back to the form"},
    "missing": {"zh-CN": "链接无效", "en": "This link doesn't work"},
    "missing_text": {
        "zh-CN": "请检查地址是否完整，或联系给您此链接的人。",
        "en": "Check the address, or ask whoever gave it to you.",
    },
    "trouble": {"zh-CN": "没有成功", "en": "That didn't work"},
    # what the script says
    "saved": {
        "zh-CN": "已在本机保存 {time}，关闭页面也不会丢",
        "en": "Kept on this device {time}; closing loses nothing",
    },
    "restored": {"zh-CN": "已恢复您上次未提交的内容", "en": "What you typed last time is back"},
    "clear": {"zh-CN": "清空", "en": "Clear"},
    "offline": {"zh-CN": "离线，已存本机，联网后提交", "en": "Offline: kept on this device, sent once you're back"},
    "offline_typing": {"zh-CN": "离线，内容已存本机", "en": "Offline: your answers are kept on this device"},
    "sending": {"zh-CN": "正在提交…", "en": "Sending…"},
    "failed": {
        "zh-CN": "没有提交成功，内容都在，请再试一次",
        "en": "That didn't go through. Nothing is lost: try again",
    },
    "uploading": {"zh-CN": "请等文件传完再提交", "en": "Wait for the files to finish"},
    "uploaded": {"zh-CN": "已上传", "en": "Uploaded"},
    "upload_failed": {"zh-CN": "上传失败", "en": "Upload failed"},
    "retry": {"zh-CN": "重试", "en": "Retry"},
    "cancel": {"zh-CN": "取消", "en": "Cancel"},
    "remove": {"zh-CN": "移除", "en": "Remove"},
    "too_many_files": {"zh-CN": "最多 {n} 个文件", "en": "At most {n} files"},
    "file_too_large": {"zh-CN": "“{name}”超过 {mb} MB", "en": '"{name}" is larger than {mb} MB'},
    "file_kind": {"zh-CN": "不支持这种文件：{name}", "en": "Files of this kind can't be uploaded: {name}"},
    "left": {"zh-CN": "还可输入 {n} 字", "en": "Characters left: {n}"},
    "over": {"zh-CN": "超出 {n} 字", "en": "Characters too many: {n}"},
    "unranked": {"zh-CN": "未排", "en": "no place"},
    "bold": {"zh-CN": "加粗", "en": "Bold"},
    "italic": {"zh-CN": "斜体", "en": "Italic"},
    "bullets": {"zh-CN": "项目列表", "en": "Bulleted list"},
    "numbers": {"zh-CN": "编号列表", "en": "Numbered list"},
    "link": {"zh-CN": "链接", "en": "Link"},
    "link_address": {"zh-CN": "链接地址", "en": "Address of the link"},
    "apply": {"zh-CN": "确定", "en": "Apply"},
    "scan": {"zh-CN": "扫码", "en": "Scan"},
    "scan_aim": {"zh-CN": "将条码放进画面", "en": "Hold the code in front of the camera"},
    "scan_failed": {"zh-CN": "无法使用相机，请手动输入", "en": "The camera can't be used: type the code instead"},
    "pick_color": {"zh-CN": "选取颜色", "en": "Pick a colour"},
    "must": {"zh-CN": "请填写{label}", "en": "{label} is required"},
    "must_choose": {"zh-CN": "请选择{label}", "en": "Choose {label}"},
}
SCRIPT_TEXTS = (
    "summary_one", "summary_many", "not_sent", "error", "copied", "times_here", "saved", "restored", "clear", "offline",
    "offline_typing", "sending", "failed", "uploading", "uploaded", "upload_failed", "retry", "cancel", "remove",
    "too_many_files", "file_too_large", "file_kind", "left", "over", "must", "must_choose", "submit", "preview",
    "place", "unranked", "bold", "italic", "bullets", "numbers", "link", "link_address", "apply", "scan", "scan_aim",
    "scan_failed", "pick_color",
)  # fmt: skip
"""Those that the page hands to its script."""


def say(name: str, locale: str, **params: object) -> str:
    """Return a text in `locale`, filled."""
    return fill(TEXTS[name], locale, params)


def zone_name(zone: ZoneInfo, locale: str) -> str:
    """Return how people call a time zone."""
    return say("beijing", locale) if zone.key == "Asia/Shanghai" else zone.key
