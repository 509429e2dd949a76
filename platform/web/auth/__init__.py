"""Signing in, and everything about people: the routes of the access room."""
