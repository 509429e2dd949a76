"""Pictures."""

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.uploads import UploadType


class Image(UploadType):
    """Uploaded pictures, shown as thumbnails."""

    id = "image"
    label = {"zh-CN": "图片", "en": "Image"}
    waits_for_submission = True
    help = {"zh-CN": "现场照片、凭证", "en": "Photos"}
    icon = "image"
    keywords = ("image", "photo", "picture", "图片", "tupian", "tp", "照片", "zhaopian")
    takes_pictures_only = True
    examples = (Example(["nothing"], error="no_such_file"),)

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("image", {"accept": "image/png,image/jpeg,image/webp,image/gif"})
