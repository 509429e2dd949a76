"""Metrics of customer experience: one file per metric, each a formula over counts."""
