"""Who gets it: rule documents, strategies, filters, capacity, claims, and a log that says why."""
