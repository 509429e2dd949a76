"""How many of those who were asked answered."""

from formloom.platform.analytics.metrics.base import OutcomeMetric


class ResponseRate(OutcomeMetric):
    """Answers per delivered invitation: 100·submitted/delivered.

    Over a status field: options of the category `done` have answered, `open` ones were delivered, and `paused` ones
    (bounced, opted out, not sent yet) were never delivered and don't count.
    """

    id = "response_rate"
    label = {"zh-CN": "答复率", "en": "Response rate"}
    help = {"zh-CN": "已答复 ÷ 已送达的邀请，退回与退订不计", "en": "Answers per delivered invitation"}
