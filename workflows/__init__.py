"""What happens next: flows, the dispatcher that runs them, assignment, timers, and everything that leaves the house.

Read in this order: `engine` (a flow as a pure coroutine), `desk` (what a node may do, and its rehearsal without
effects), `dispatcher` (from the outbox to finished runs), `deliveries` (mail and webhooks, outside any
transaction), `ticker` and `worker` (what wakes all of them).
"""
