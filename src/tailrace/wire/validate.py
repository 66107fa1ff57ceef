"""The constraints of the model, in AWS's words."""

from __future__ import annotations

from typing import Any


def validate(service: str, operation: str, shape: dict[str, Any]) -> None:
    """Check a parsed request against the constraints of its model. Raises ApiError."""
