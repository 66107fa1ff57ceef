"""Tailrace's own API: what the audit knows, why a request was allowed or denied, and what time it is.

```
ListActivity                    the calls, newest first                          activity
ExplainRequest                  one call: who, what, which statement, what lacks   explanation -> smallest_policy
GenerateLeastPrivilegePolicy    what a principal has used                        least_privilege -> smallest_policy
GetClock, AdvanceClock          the server's time, and moving it ahead            clock
HasResourcePolicy               whether a policy stands on a resource              resource_policy
LintPolicy                      what is wrong with a policy that IAM takes         lint
```
It is spoken, signed and authorized like AWS's own (tailrace:* is denied until a policy allows it), so every SDK can
call it; the model that describes it lies in `wire/models`. The rejected alternative, pages of our own below
/_tailrace/, would need a second way to prove who asks.
"""

from tailrace.services.tailrace import activity, clock, explain, least_privilege, lint, resource_policy

__all__ = ["activity", "clock", "explain", "least_privilege", "lint", "resource_policy"]
