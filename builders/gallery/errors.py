"""What can stand in the way of a package."""

from formloom.platform.kernel.errors import Conflict, FormloomError, Invalid, NotFound


class PackageUnknown(NotFound):
    """The gallery has no package of that name."""

    code = "package_unknown"
    message = {
        "zh-CN": "模板中心没有“{slug}”，是否想找“{nearest}”？",
        "en": "The gallery has no '{slug}'; did you mean '{nearest}'?",
    }


class PackageUnreadable(Invalid):
    """A package file can't be taken; `why` says what is wrong and `part` where."""

    code = "package_unreadable"
    message = {"zh-CN": "无法读取应用包：{why}（{part}）", "en": "This package can't be read: {why} ({part})"}


class PackageTooLarge(FormloomError):
    """More than a package may be."""

    code = "package_too_large"
    kind = "too_large"
    message = {
        "zh-CN": "应用包过大：{what}上限为 {limit}",
        "en": "This package is too large: {what} is limited to {limit}",
    }


class PackageHasFaults(Invalid):
    """The documents of a package don't pass their checks; the findings say where."""

    code = "package_has_faults"
    message = {"zh-CN": "应用包里有 {count} 处错误", "en": "This package has {count} faults"}


class PackageTooNew(Invalid):
    """A package asks for a newer Formloom."""

    code = "package_too_new"
    message = {"zh-CN": "需要 Formloom {needed} 或更高版本", "en": "This package needs Formloom {needed} or newer"}


class AlreadyInstalled(Conflict):
    """A package of that name is installed."""

    code = "already_installed"
    message = {"zh-CN": "“{slug}”已安装", "en": "'{slug}' is installed already"}


class NotInstalled(NotFound):
    """The package is not installed."""

    code = "not_installed"
    message = {"zh-CN": "“{slug}”没有安装", "en": "'{slug}' is not installed"}
