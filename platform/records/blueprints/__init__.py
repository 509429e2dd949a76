"""Blueprints in the write pipeline: a state is left only by its transitions, and how long it lasted is written down."""
