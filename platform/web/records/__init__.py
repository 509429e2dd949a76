"""HTTP of the records room."""
