"""Customer effort as a mean."""

from formloom.platform.analytics.metrics.base import Figure, ScoreMetric, Scores, mean, total


class Ces2Mean(ScoreMetric):
    """CES 2.0: the mean of "made it easy for me", 1 strongly disagree to 7 strongly agree. High is good.

    The first version of 2010 was the other way round; its answers must not be mixed in.
    """

    id = "ces2_mean"
    label = {"zh-CN": "费力度 CES 均分", "en": "Effort score, mean"}
    help = {"zh-CN": "1 到 7 分的平均值，越高越省力", "en": "Mean of answers from 1 to 7; high is good"}
    unit = "mean"
    decimals = 2
    lowest = 1
    highest = 7
    scale = (1, 7)

    def compute(self, scores: Scores) -> Figure:
        return Figure(mean(scores), total(scores))
