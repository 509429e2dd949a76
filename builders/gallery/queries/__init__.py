"""What the gallery writes and asks itself."""
