"""STS: who am I, and credentials that end.

Sessions are sealed into their tokens (see auth/session_token.py); this package only decides who gets which. The
rejected alternative, sessions as resources, needs a clean-up and a durable write at every cold start.
"""

from tailrace.services.sts import assume_role, caller, sessions

__all__ = ["assume_role", "caller", "sessions"]
