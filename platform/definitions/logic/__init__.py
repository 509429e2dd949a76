"""What the rules of a form do: the law in `judging.py`, its cases in `tests/shared/rules.json`."""
