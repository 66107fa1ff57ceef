"""Tailrace and what people use today, side by side on this machine, alternating in time, with the same requests.

    make bench                                        every workload, every peer that can be installed
    make bench ARGS="--only getitem --peers dynalite"

```
__main__ -> peers (install, start, kill) -> workloads (tables, requests) -> signing -> load (wrk) -> report
```
A round runs each server once, for a few seconds, one after the other; the rounds are repeated, so that what else the
machine does falls on all of them alike, and the middle round counts. Requests are signed before the clock starts, and
the load comes from wrk, so that the client costs little beside the servers. Rejected: a Python client (it would need
more of the two cores than the servers that it measures), and a run of each server for itself, on a machine that is
quiet once and busy once.
"""
