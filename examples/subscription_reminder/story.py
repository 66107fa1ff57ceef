"""A magazine's subscription runs out by DynamoDB's time to live, and a mail reminds its reader to renew it.

python -m examples.subscription_reminder.story --email you@example.org [--ends-in 30d]
python -m examples.subscription_reminder.story --tear-down
"""

import argparse
import time
from pathlib import Path

from examples.steps import (
    PATIENCE_WITH_PEOPLE_SECONDS,
    dynamodb,
    logged,
    make_function,
    make_role,
    make_table,
    make_trigger,
    say,
    subscribe,
    tear_down,
)

HERE = Path(__file__).parent
NAME, TABLE = "subscription-reminder", "Magazine-Subscriptions"
UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds(text):
    """The seconds of 3s, 2m, 12h or 30d."""
    return int(text[:-1]) * UNIT_SECONDS[text[-1]]


def sign_up(email, name, ends):
    """Write down who reads the magazine, and until when (epoch seconds)."""
    item = {
        "Email": {"S": email},
        "Name": {"S": name},
        "Magazine": {"S": "Rivers & Mills"},
        "ExpiresAt": {"N": str(ends)},
    }
    dynamodb.put_item(TableName=TABLE, Item=item)
    say(f"{name:<5} {email}, until {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(ends))}")


def tell(email, ends_in):
    """The story from an empty table to the mail."""
    say("1  Subscriptions that DynamoDB deletes when their time is over")
    stream = make_table(TABLE, "Email", view="OLD_IMAGE")
    specification = {"Enabled": True, "AttributeName": "ExpiresAt"}
    dynamodb.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=specification)
    say("2  You ask to be written to about your own subscription")
    topic = subscribe(NAME, email, {"reader": [email]})
    say("3  A role for the function")
    role = make_role(NAME, stream, topic)
    say("4  The function")
    make_function(NAME, HERE / "function" / "index.py", "python3.11", role, topic)
    say("5  The trigger: deleted, and by DynamoDB itself")
    make_trigger(stream, NAME, HERE / "expired.json")
    say("6  Ben and you, Anna, subscribe; Ben thinks better of it")
    ends = int(time.time()) + ends_in
    sign_up("ben@example.org", "Ben", ends)
    sign_up(email, "Anna", ends)
    dynamodb.delete_item(TableName=TABLE, Key={"Email": {"S": "ben@example.org"}})
    say("Ben's was deleted, too, but by somebody: the function isn't called")
    say("7  Time passes")
    if ends_in >= UNIT_SECONDS["h"]:
        hours = -(-ends_in // UNIT_SECONDS["h"])
        say(f"(A server with --movable-clock needn't wait: .venv/bin/tailrace clock advance {hours}h)")
    say(logged(NAME, f"Reminded {email}", ends_in + PATIENCE_WITH_PEOPLE_SECONDS)[0])
    say(f"The mail to {email} is on its way.")


def main():
    """The command line."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    wanted = arguments.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--email", help="your address, where the mails go")
    wanted.add_argument("--tear-down", action="store_true", help="remove everything that the story has made")
    arguments.add_argument(
        "--ends-in", default="3s", type=seconds, help="when your subscription ends: 3s, 2m, 12h, 30d"
    )
    options = arguments.parse_args()
    if options.tear_down:
        tear_down(NAME, TABLE)
    else:
        tell(options.email, options.ends_in)


if __name__ == "__main__":
    main()
