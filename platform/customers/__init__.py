"""Customers: one identity across forms, and the stream of touchpoints between them and the house."""
