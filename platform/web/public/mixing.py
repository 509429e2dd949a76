"""Putting things into the order of a seed."""

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def mixed(given: Sequence[T], seed: str, salt: str, *, stays_last: Callable[[T], bool] = lambda _one: False) -> list[T]:
    """Return what is given in the order of a seed; what stays last keeps its own order at the end."""
    moved = [one for one in given if not stays_last(one)]
    random.Random(f"{seed}:{salt}").shuffle(moved)  # noqa: S311 - an order, not a secret
    return [*moved, *(one for one in given if stays_last(one))]
