"""Satisfaction as a share."""

from formloom.platform.analytics.metrics.base import Figure, ScoreMetric, Scores, count, share, total


class CsatTop2(ScoreMetric):
    """Answers 4 and 5 of 5, in percent: 100·#(x≥4)/n."""

    id = "csat_top2"
    label = {"zh-CN": "满意度（4–5 分占比）", "en": "Satisfaction (share of 4 and 5)"}
    help = {"zh-CN": "五分制中打 4 分或 5 分的比例", "en": "Share of answers 4 or 5 out of 5"}
    unit = "percent"
    lowest = 0
    highest = 100
    scale = (1, 5)

    def compute(self, scores: Scores) -> Figure:
        n, satisfied = total(scores), count(scores, 4, 5)
        return Figure(share(satisfied, n), n, parts={"satisfied": satisfied, "others": n - satisfied})
