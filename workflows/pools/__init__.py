"""Pools: records that nobody owns, who may take them, how long they stay and what brings them back."""
