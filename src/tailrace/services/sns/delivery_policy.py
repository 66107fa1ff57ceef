"""Delivery policies: how often and how soon a delivery that failed is tried again. Pure.

```
no delay ×numNoDelayRetries -> minDelayTarget ×numMinDelayRetries -> backoff min..max -> maxDelayTarget ×numMaxDelay...
```
HTTP endpoints have policies of their own; for the others AWS's are fixed.
https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import orjson

CONTENT_TYPE = "text/plain; charset=UTF-8"
TOTAL_SECONDS_MAX = 3600
DELAY_SECONDS_MAX = 3600
RETRIES_MAX = 100
FUNCTIONS = ("linear", "arithmetic", "geometric", "exponential")
# AWS's default for HTTP: three more tries, 20 seconds apart. In the order in which AWS prints it.
DEFAULT_RETRY: dict[str, Any] = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "backoffFunction": "linear",
}
CONTENT_TYPES = (
    *("text/plain", "text/plain; charset=UTF-8", "text/css", "text/csv", "text/html", "text/xml"),
    *("application/json", "application/atom+xml", "application/rdf+xml", "application/rss+xml", "application/soap+xml"),
    *("application/x-www-form-urlencoded", "application/xhtml+xml", "application/xml"),
    *("application/octet-stream", "image/svg+xml"),
)
SUBSCRIPTION_MEMBERS = ("healthyRetryPolicy", "sicklyRetryPolicy", "throttlePolicy", "requestPolicy", "guaranteed")
TOPIC_MEMBERS = (
    *("defaultHealthyRetryPolicy", "defaultSicklyRetryPolicy", "defaultThrottlePolicy", "defaultRequestPolicy"),
    "disableSubscriptionOverrides",
)


class InvalidPolicy(ValueError):
    """The text is no delivery policy; `str()` of it says what is wrong."""


class Schedule(NamedTuple):
    """The phases of retries: how many in each, the delays in seconds, and how the backoff grows between them."""

    immediate: int
    before: int
    backoff: int
    after: int
    low: float
    high: float
    function: str = "exponential"

    @property
    def retries(self) -> int:
        """How many tries there are after the first."""
        return self.immediate + self.before + self.backoff + self.after

    def delay(self, retry: int) -> float | None:
        """The seconds before retry number `retry` (1 is the first); None when there are no more."""
        if retry > self.retries:
            return None
        if retry <= self.immediate:
            return 0.0
        retry -= self.immediate
        if retry <= self.before:
            return self.low
        retry -= self.before
        if retry <= self.backoff:
            return self._backed_off(retry)
        return self.high

    def _backed_off(self, step: int) -> float:
        """From `low` at the first step to `high` at the last, along the backoff's function."""
        if self.backoff == 1 or self.low >= self.high:
            return self.low
        part = (step - 1) / (self.backoff - 1)
        low = max(self.low, 1.0)
        if self.function in ("exponential", "geometric"):
            return min(self.high, low * math.pow(self.high / low, part))
        if self.function == "arithmetic":
            part = part * (part + 1) / 2
        return self.low + (self.high - self.low) * part


# Endpoints that AWS itself manages (SQS, Lambda), and mail.
MANAGED = Schedule(3, 2, 10, 100_000, 1.0, 20.0)
MAIL = Schedule(0, 2, 10, 38, 10.0, 600.0)


def http_schedule(effective: dict[str, Any]) -> Schedule:
    """The schedule of a subscription's effective policy."""
    retry = effective["healthyRetryPolicy"]
    immediate, before, after = (
        retry[name] for name in ("numNoDelayRetries", "numMinDelayRetries", "numMaxDelayRetries")
    )
    backoff = max(0, retry["numRetries"] - immediate - before - after)
    return Schedule(
        immediate, before, backoff, after, retry["minDelayTarget"], retry["maxDelayTarget"], retry["backoffFunction"]
    )


def of_topic(text: str) -> dict[str, Any] | None:
    """A topic's DeliveryPolicy as it is kept; None where the text takes it away. Raises InvalidPolicy."""
    document = _object(text)
    http = document.get("http")
    if not document or (http is None and set(document) == {"http"}):
        return None
    if not isinstance(http, dict) or set(document) != {"http"}:
        raise InvalidPolicy("unrecognized JSON member")
    _only(http, TOPIC_MEMBERS)
    kept: dict[str, Any] = {}
    retry = _retry(http.get("defaultHealthyRetryPolicy"))
    if retry:
        kept["defaultHealthyRetryPolicy"] = retry
    kept["disableSubscriptionOverrides"] = _boolean(http, "disableSubscriptionOverrides")
    for name, check in (("defaultThrottlePolicy", _throttle), ("defaultRequestPolicy", _request)):
        value = check(http.get(name))
        if value:
            kept[name] = value
    return {"http": kept}


def effective_of_topic(kept: dict[str, Any] | None) -> dict[str, Any]:
    """What counts for the topic's HTTP subscriptions, every member filled in."""
    http = (kept or {}).get("http", {})
    answer = {
        "defaultHealthyRetryPolicy": {**DEFAULT_RETRY, **http.get("defaultHealthyRetryPolicy", {})},
        "disableSubscriptionOverrides": http.get("disableSubscriptionOverrides", False),
    }
    if "defaultThrottlePolicy" in http:
        answer["defaultThrottlePolicy"] = http["defaultThrottlePolicy"]
    answer["defaultRequestPolicy"] = http.get("defaultRequestPolicy", {"headerContentType": CONTENT_TYPE})
    return {"http": answer}


def of_subscription(text: str) -> dict[str, Any] | None:
    """A subscription's DeliveryPolicy as it is kept and shown; None where the text takes it away."""
    document = _object(text)
    if not document:
        return None
    _only(document, SUBSCRIPTION_MEMBERS)
    return {
        "healthyRetryPolicy": _retry(document.get("healthyRetryPolicy")),
        "sicklyRetryPolicy": None,
        "throttlePolicy": _throttle(document.get("throttlePolicy")),
        "requestPolicy": _request(document.get("requestPolicy")),
        "guaranteed": _boolean(document, "guaranteed"),
    }


def effective_of_subscription(kept: dict[str, Any] | None, topic: dict[str, Any] | None) -> dict[str, Any]:
    """What counts for one HTTP subscription: its own policy, where the topic lets it, over the topic's."""
    http = effective_of_topic(topic)["http"]
    own = {} if http["disableSubscriptionOverrides"] else kept or {}
    return {
        "healthyRetryPolicy": {**http["defaultHealthyRetryPolicy"], **(own.get("healthyRetryPolicy") or {})},
        "sicklyRetryPolicy": None,
        "throttlePolicy": own.get("throttlePolicy") or http.get("defaultThrottlePolicy"),
        "requestPolicy": own.get("requestPolicy") or http["defaultRequestPolicy"],
        "guaranteed": own.get("guaranteed", False),
    }


def _object(text: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        raise InvalidPolicy("failed to parse JSON") from problem
    if not isinstance(document, dict):
        raise InvalidPolicy("the policy must be a JSON object")
    return document


def _only(given: dict[str, Any], known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            raise InvalidPolicy(f"unrecognized JSON member {name}")


def _boolean(given: dict[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise InvalidPolicy(f"{name} must be a boolean")
    return value


def _number(given: dict[str, Any], name: str, low: int, high: int) -> int:
    value = given.get(name, DEFAULT_RETRY[name])
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidPolicy(f"{name} must be between {low} and {high}")
    return value


def _retry(given: Any) -> dict[str, Any] | None:
    """A retry policy within AWS's limits, as it was given."""
    if given is None:
        return None
    if not isinstance(given, dict):
        raise InvalidPolicy("healthyRetryPolicy must be a JSON object")
    _only(given, tuple(DEFAULT_RETRY))
    low = _number(given, "minDelayTarget", 1, DELAY_SECONDS_MAX)
    high = _number(given, "maxDelayTarget", 1, DELAY_SECONDS_MAX)
    if low > high:
        raise InvalidPolicy("minDelayTarget must be less than or equal to maxDelayTarget")
    retries = _number(given, "numRetries", 0, RETRIES_MAX)
    parts = [_number(given, f"num{name}Retries", 0, RETRIES_MAX) for name in ("NoDelay", "MinDelay", "MaxDelay")]
    if sum(parts) > retries:
        raise InvalidPolicy("the retries of the phases must not be more than numRetries")
    if given.get("backoffFunction", "linear") not in FUNCTIONS:
        raise InvalidPolicy(f"backoffFunction must be one of {', '.join(FUNCTIONS)}")
    schedule = http_schedule({"healthyRetryPolicy": {**DEFAULT_RETRY, **given}})
    total = sum(schedule.delay(retry) or 0 for retry in range(1, schedule.retries + 1))
    if math.floor(total) > TOTAL_SECONDS_MAX:
        raise InvalidPolicy(f"the total time of all retries must not be more than {TOTAL_SECONDS_MAX} seconds")
    return given


def _throttle(given: Any) -> dict[str, Any] | None:
    if given is None:
        return None
    rate = given.get("maxReceivesPerSecond") if isinstance(given, dict) else None
    if isinstance(rate, bool) or not isinstance(rate, int) or rate < 1:
        raise InvalidPolicy("maxReceivesPerSecond must be 1 or greater")
    return {"maxReceivesPerSecond": rate}


def _request(given: Any) -> dict[str, Any] | None:
    if given is None:
        return None
    content_type = given.get("headerContentType") if isinstance(given, dict) else None
    if content_type not in CONTENT_TYPES:
        raise InvalidPolicy(f"headerContentType must be one of {', '.join(CONTENT_TYPES)}")
    return {"headerContentType": content_type}
