"""The refusals of SNS, in its words. Read off answers that AWS gave to public test suites."""

from __future__ import annotations

from tailrace.base.errors import ApiError


def invalid(what: str) -> ApiError:
    """InvalidParameter: `what` is the parameter, or a sentence about it."""
    return ApiError("InvalidParameter", f"Invalid parameter: {what}")


def invalid_attribute(what: str, *, at_creation: bool) -> ApiError:
    """InvalidParameter about an attribute's value; Subscribe and CreateTopic say that it stood among others."""
    return invalid(f"Attributes Reason: {what}" if at_creation else what)


def value_invalid(text: str) -> ApiError:
    """ParameterValueInvalid: a message attribute that is none."""
    return ApiError("ParameterValueInvalid", text)


def no_topic() -> ApiError:
    """NotFound, of a topic."""
    return ApiError("NotFound", "Topic does not exist", status=404)


def no_subscription() -> ApiError:
    """NotFound, of a subscription."""
    return ApiError("NotFound", "Subscription does not exist", status=404)


def no_resource() -> ApiError:
    """ResourceNotFound: what the tag operations say of a topic that isn't there."""
    return ApiError("ResourceNotFound", "Resource does not exist", status=404)


def not_yours() -> ApiError:
    """AuthorizationError, to a caller who may not unsubscribe what somebody else has subscribed."""
    return ApiError("AuthorizationError", "Not authorized to access this subscription", status=403)


def too_many_subscriptions() -> ApiError:
    """SubscriptionLimitExceeded."""
    text = "The account already owns the maximum number of allowed subscriptions."
    return ApiError("SubscriptionLimitExceeded", text, status=403)


def too_many_filters() -> ApiError:
    """FilterPolicyLimitExceeded."""
    text = "Filter policy limit exceeded: the topic has the maximum number of subscriptions with a filter policy."
    return ApiError("FilterPolicyLimitExceeded", text, status=403)


def bad_token() -> ApiError:
    """InvalidParameter: a text that was never a token."""
    return ApiError("InvalidParameter", "Invalid token")
