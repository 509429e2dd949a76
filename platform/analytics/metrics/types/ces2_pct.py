"""Customer effort as a share."""

from formloom.platform.analytics.metrics.base import Figure, ScoreMetric, Scores, count, share, total


class Ces2Pct(ScoreMetric):
    """CES 2.0: answers from 5 to 7, in percent: 100·#(x≥5)/n."""

    id = "ces2_pct"
    label = {"zh-CN": "认为容易的占比", "en": "Effort score, share that found it easy"}
    help = {"zh-CN": "七分制中打 5–7 分的比例", "en": "Share of answers 5 to 7 out of 7"}
    unit = "percent"
    lowest = 0
    highest = 100
    scale = (1, 7)

    def compute(self, scores: Scores) -> Figure:
        n, easy = total(scores), count(scores, 5, 7)
        return Figure(share(easy, n), n, parts={"easy": easy, "others": n - easy})
