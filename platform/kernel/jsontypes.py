"""Types for what crosses the JSON border."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

JSONValue: TypeAlias = "None | bool | int | float | str | Sequence[JSONValue] | Mapping[str, JSONValue]"
JSONObject: TypeAlias = Mapping[str, JSONValue]
