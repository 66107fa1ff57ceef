"""Where AWS's servers differ from AWS's own models, as data, each with its source."""

from __future__ import annotations

# The HTTP status of an operation.
STATUS = {
    # Recorded on AWS, November 2025; the model says 200 since boto3 shows a StatusCode member.
    ("lambda", "DeleteFunction"): 204,
}
