"""What works and what not, over HTTP."""

from formloom.builders.system_check import run_checks
from formloom.platform.access.policy import Act, admit
from formloom.platform.web.route import Api, Call

api = Api("system")


@api.get("/system/check", act=Act.SYSTEM_CHECK)
def check_system(call: Call) -> object:
    """Look at everything that the installation needs, for administrators."""
    admit(Act.SYSTEM_CHECK, call.actor)
    return {
        "checks": [
            {"id": one.id, "ok": one.ok, "detail": one.words(call.locale), "required": one.is_required}
            for one in run_checks(call.runtime)
        ]
    }
