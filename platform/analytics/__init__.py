"""What dashboards read: metrics with exact formulas, and the figures of widgets."""
