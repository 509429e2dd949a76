"""What went wrong beside the requests, and the one message for each period that tells of it."""
