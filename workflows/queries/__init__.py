"""SQL of this floor: each module one subject."""
