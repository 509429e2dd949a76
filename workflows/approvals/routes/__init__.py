"""Tasks, processes and answers by mail over HTTP."""
