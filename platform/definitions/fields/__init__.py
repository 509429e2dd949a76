"""Field types: what a question is, and what one of its answers can be."""
