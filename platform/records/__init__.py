"""Records: the one write pipeline, queries, history, comments, files, imports and exports."""
