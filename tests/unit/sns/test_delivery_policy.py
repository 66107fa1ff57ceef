"""When failed deliveries are tried again."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from tailrace.services.sns import delivery_policy
from tailrace.services.sns.delivery_policy import MAIL, MANAGED, InvalidPolicy, Schedule


def test_endpoints_of_aws_are_tried_for_23_days() -> None:
    """As AWS's documentation has it: 3 at once, 2 after a second, 10 with backoff to 20 seconds, 100,000 after that."""
    assert [MANAGED.delay(n) for n in range(1, 7)] == [0, 0, 0, 1, 1, 1]
    assert MANAGED.delay(15) == pytest.approx(20)
    assert (MANAGED.delay(16), MANAGED.delay(100_015), MANAGED.delay(100_016)) == (20, 20, None)


def test_mail_is_tried_for_six_hours() -> None:
    delays = [MAIL.delay(n) for n in range(1, 51)]
    assert delays[:3] == [10, 10, 10]
    assert delays[-1] == 600
    assert MAIL.delay(51) is None
    assert 6 <= sum(delay for delay in delays if delay) / 3600 < 8


@pytest.mark.parametrize("function", delivery_policy.FUNCTIONS)
def test_every_backoff_grows_from_the_least_to_the_greatest_delay(function: str) -> None:
    schedule = Schedule(0, 0, 8, 0, 2, 100, function)
    delays = [schedule.delay(n) or 0 for n in range(1, 9)]
    assert (delays[0], delays[-1]) == (2, pytest.approx(100))
    assert all(a < b for a, b in pairwise(delays))


def test_an_endpoint_has_the_default_policy_of_aws() -> None:
    schedule = delivery_policy.http_schedule(delivery_policy.effective_of_subscription(None, None))
    assert [schedule.delay(n) for n in range(1, 5)] == [20, 20, 20, None]


def test_a_subscription_goes_over_its_topic_unless_the_topic_forbids_it() -> None:
    own = delivery_policy.of_subscription(json.dumps({"healthyRetryPolicy": {"numRetries": 1}}))
    topic = {"http": {"defaultHealthyRetryPolicy": {"numRetries": 7, "maxDelayTarget": 30}}}
    kept = delivery_policy.of_topic(json.dumps(topic))
    retry = delivery_policy.effective_of_subscription(own, kept)["healthyRetryPolicy"]
    assert (retry["numRetries"], retry["maxDelayTarget"]) == (1, 30)
    topic["http"]["disableSubscriptionOverrides"] = True  # type: ignore[assignment]
    kept = delivery_policy.of_topic(json.dumps(topic))
    assert delivery_policy.effective_of_subscription(own, kept)["healthyRetryPolicy"]["numRetries"] == 7


@pytest.mark.parametrize(
    "policy",
    [
        {"healthyRetryPolicy": {"numRetries": 101}},
        {"healthyRetryPolicy": {"minDelayTarget": 0}},
        {"healthyRetryPolicy": {"minDelayTarget": 30, "maxDelayTarget": 20}},
        {"healthyRetryPolicy": {"numRetries": 1, "numNoDelayRetries": 2}},
        {"healthyRetryPolicy": {"numRetries": 100, "maxDelayTarget": 3600, "numMaxDelayRetries": 100}},
        {"healthyRetryPolicy": {"backoffFunction": "none"}},
        {"healthyRetryPolicy": {"unknown": 1}},
        {"throttlePolicy": {"maxReceivesPerSecond": 0}},
        {"requestPolicy": {"headerContentType": "text/plain\r\nx-injected: 1"}},
        {"unknown": 1},
    ],
)
def test_what_is_no_policy_is_refused(policy: dict[str, Any]) -> None:
    with pytest.raises(InvalidPolicy):
        delivery_policy.of_subscription(json.dumps(policy))
