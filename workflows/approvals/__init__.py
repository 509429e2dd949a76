"""Approvals: who is asked at a node, what their answers come to, and what people do with their tasks."""
