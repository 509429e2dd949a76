"""What a flow is made of: gates that choose a way, actions that do something."""
