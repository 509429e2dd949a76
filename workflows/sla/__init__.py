"""Service levels: policies, the clocks that they start for records, and what happens when time runs out."""
