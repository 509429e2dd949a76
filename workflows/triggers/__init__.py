"""What sets a flow off."""
