"""Why a record can't be taken, given or put back: each with the numbers that stand in the way."""

from zoneinfo import ZoneInfo

from formloom.platform.kernel.errors import Conflict, FormloomError, Invalid
from formloom.workflows.pools.rules import Refused


class AlreadyClaimed(Conflict):
    """Somebody was quicker."""

    code = "already_claimed"
    message = {"zh-CN": "已被{name}领取", "en": "{name} has it already"}


class NotInPool(Conflict):
    """The record is not, or no longer, in this pool."""

    code = "not_in_pool"
    message = {"zh-CN": "该记录已不在此公海", "en": "This record is not in the pool any more"}


class NoClaiming(Conflict):
    """Records of this pool are given out, not taken."""

    code = "no_claiming"
    message = {"zh-CN": "此公海由系统或管理员分配，不能自行领取", "en": "Records of this pool are given out, not taken"}


class BatchTooLarge(Invalid):
    """More at once than the pool allows."""

    code = "batch_too_large"
    message = {"zh-CN": "一次最多领取 {limit} 条", "en": "At most {limit} at once"}


class DailyLimit(Conflict):
    """As many as one may take on a day."""

    code = "daily_limit"
    message = {
        "zh-CN": "今日已领取 {taken} 条，每日上限 {limit} 条",
        "en": "You took {taken} today; the limit is {limit} a day",
    }


class HoldingLimit(Conflict):
    """As many as one may have at a time."""

    code = "holding_limit"
    message = {
        "zh-CN": "您已持有 {taken} 条，上限 {limit} 条，请先退回或完成一些",
        "en": "You hold {taken} of at most {limit}; finish or put back some first",
    }


class CoolingDown(Conflict):
    """Who gave it up has to wait."""

    code = "cooling_down"
    message = {
        "zh-CN": "您曾负责此记录，冷却期 {limit} 天，{until} 后可再领取",
        "en": "You had this one before; after {limit} days you can take it again, from {until} on",
    }


class Protected(Conflict):
    """A new owner keeps it for a while."""

    code = "protected"
    message = {"zh-CN": "保护期内，{until} 前不能收回", "en": "It is protected until {until}"}


def refused(why: Refused, zone: ZoneInfo) -> FormloomError:
    """Return the error that says why somebody may not take a record; times as clocks in `zone` show them."""
    if why.code == "cooling_down":
        until = why.until.astimezone(zone).strftime("%Y-%m-%d %H:%M") if why.until else ""
        return CoolingDown(limit=why.limit, until=until)
    kind = DailyLimit if why.code == "daily_limit" else HoldingLimit
    return kind(limit=why.limit, taken=why.taken)
