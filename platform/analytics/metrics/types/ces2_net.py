"""Customer effort as a net score."""

from decimal import Decimal

from formloom.platform.analytics.metrics.base import Figure, ScoreMetric, Scores, count, total


class Ces2Net(ScoreMetric):
    """CES 2.0: easy (6–7) less difficult (1–3), per hundred: 100·(#≥6 − #≤3)/n."""

    id = "ces2_net"
    label = {"zh-CN": "净轻松度", "en": "Effort score, net"}
    help = {"zh-CN": "6–7 分占比减 1–3 分占比", "en": "Share of 6–7 less share of 1–3"}
    unit = "score"
    decimals = 0
    lowest = -100
    highest = 100
    scale = (1, 7)

    def compute(self, scores: Scores) -> Figure:
        n, easy, difficult = total(scores), count(scores, 6, 7), count(scores, 1, 3)
        parts = {"easy": easy, "neutral": n - easy - difficult, "difficult": difficult}
        return Figure(Decimal(100 * (easy - difficult)) / n if n else None, n, parts=parts)
