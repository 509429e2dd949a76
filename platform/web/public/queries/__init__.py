"""SQL of the public side."""
