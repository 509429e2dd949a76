"""Net promoter score."""

from decimal import Decimal

from formloom.platform.analytics.metrics.base import Figure, ScoreMetric, Scores, count, total

Z_95 = Decimal("1.96")


class Nps(ScoreMetric):
    """Promoters (9–10) less detractors (0–6), per hundred: 100·(P−D)/n.

    The margin is 1.96·100·√((p+d−(p−d)²)/n) with the shares p and d: the standard error of a variable that is
    +1, 0 or −1. Shown as a whole number with its sign, never as a percentage.
    """

    id = "nps"
    label = {"zh-CN": "净推荐值 NPS", "en": "Net promoter score"}
    help = {"zh-CN": "推荐者（9–10）占比减贬损者（0–6）占比", "en": "Share of 9–10 less share of 0–6"}
    unit = "score"
    decimals = 0
    lowest = -100
    highest = 100
    scale = (0, 10)

    def compute(self, scores: Scores) -> Figure:
        n = total(scores)
        promoters, detractors = count(scores, 9, 10), count(scores, 0, 6)
        parts = {"promoters": promoters, "passives": n - promoters - detractors, "detractors": detractors}
        if not n:
            return Figure(None, 0, parts=parts)
        p, d = Decimal(promoters) / n, Decimal(detractors) / n
        margin = Z_95 * 100 * ((p + d - (p - d) ** 2) / n).sqrt()
        return Figure(Decimal(100 * (promoters - detractors)) / n, n, margin, parts)
