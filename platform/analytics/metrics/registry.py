"""Every metric, found by folder."""

from formloom.platform.analytics.metrics.base import Metric
from formloom.platform.kernel.registry import Registry

METRICS: Registry[Metric] = Registry("metric")
METRICS.discover("formloom.platform.analytics.metrics.types", Metric)
METRICS.freeze()
