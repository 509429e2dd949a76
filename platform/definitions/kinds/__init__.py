"""The kinds of definition documents and what can be asked of each: its shape, its faults, its references."""
