"""The flow engine: a flow document walked as a pure coroutine."""
