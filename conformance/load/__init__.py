"""Load: many virtual members at once, held to the same clauses. Locust spawns them, spreads them and adds up.

`ledger`, `tally` and `judging` only reckon; `line`, `member` and `chatroom` talk to the target; `generator` is all
that one process carries; `running` hands it to Locust. It is run as a process of its own, `python -m conformance.load`,
since Locust puts gevent in the place of threads and sockets when it is imported.
"""
