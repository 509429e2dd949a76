"""Satisfaction as a mean."""

from formloom.platform.analytics.metrics.base import Figure, ScoreMetric, Scores, mean, total


class CsatMean(ScoreMetric):
    """The arithmetic mean of answers from 1 to 5."""

    id = "csat_mean"
    label = {"zh-CN": "满意度均分", "en": "Mean satisfaction"}
    help = {"zh-CN": "1 到 5 分的平均值", "en": "Mean of answers from 1 to 5"}
    unit = "mean"
    decimals = 2
    lowest = 1
    highest = 5
    scale = (1, 5)

    def compute(self, scores: Scores) -> Figure:
        return Figure(mean(scores), total(scores))
