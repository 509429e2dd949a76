"""Attachments."""

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.uploads import UploadType


class File(UploadType):
    """Uploaded files."""

    id = "file"
    label = {"zh-CN": "附件", "en": "Attachment"}
    waits_for_submission = True
    help = {"zh-CN": "文档、表格、压缩包", "en": "Documents and other files"}
    icon = "file"
    keywords = ("file", "upload", "attachment", "附件", "fujian", "fj", "上传", "文件")
    examples = (Example(["nothing"], error="no_such_file"), Example(5, error="not_a_list"))

    def widget(self, cfg: Settings) -> WidgetSpec:
        accept = ",".join(f".{one}" for one in cfg["extensions"])
        return WidgetSpec("file", {"accept": accept} if accept else {})
