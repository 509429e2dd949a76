"""One time zone for the whole installation: chosen by an administrator, in force everywhere with the next request."""
