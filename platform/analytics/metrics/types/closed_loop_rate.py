"""How many unhappy customers were contacted in time."""

from formloom.platform.analytics.metrics.base import OutcomeMetric


class ClosedLoopRate(OutcomeMetric):
    """Alerts contacted within the target, per alert: 100·#contacted in time/#alerts.

    Over a yes-or-no field that says whether the contact was in time; an alert without an answer is not contacted yet
    and counts against the rate.
    """

    id = "closed_loop_rate"
    label = {"zh-CN": "闭环率", "en": "Closed loop rate"}
    help = {"zh-CN": "按时联系的回访单 ÷ 全部回访单", "en": "Cases contacted in time per case"}
