"""The gallery: packages of definitions and sample data, looked at, installed, removed, imported, exported."""
