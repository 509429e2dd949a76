"""The functions of the formula language: a file per family, found by folder."""
