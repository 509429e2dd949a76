"""Waking other processes through a broker: only that there is something to do, never what."""
