"""SQL of the records room."""
