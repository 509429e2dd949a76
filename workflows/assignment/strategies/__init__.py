"""One file per type; the file's existence registers it."""
