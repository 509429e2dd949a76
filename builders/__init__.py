"""The designers' server side: apps, drafts, publishing, the gallery, the command line."""
