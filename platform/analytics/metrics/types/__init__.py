"""One file per metric; the file's existence registers it."""
