"""The ground floor: names that every other room uses. Standard library only."""
