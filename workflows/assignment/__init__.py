"""Who gets it: rule documents, strategies, working hours, capacity, and a log that says why."""
