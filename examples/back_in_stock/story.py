"""The chair that you want is out of stock. You leave your address; when it is back, a mail says so.

python -m examples.back_in_stock.story --email you@example.org [--runtime python3.11]
python -m examples.back_in_stock.story --tear-down
"""

import argparse
import time
from pathlib import Path

from examples.steps import (
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
NAME, TABLE = "back-in-stock", "Cloud9-Furniture"
CHAIR = {"PK": {"S": "FURNITURE"}, "SK": {"S": "CHAIR#ERGONOMIC"}}
LAMP = {"PK": {"S": "FURNITURE"}, "SK": {"S": "LAMP#READING"}}


def open_shop():
    """Two products, both out of stock; returns the ARN of their table's stream."""
    stream = make_table(TABLE, "PK", "SK", view="NEW_AND_OLD_IMAGES")
    for key, name, usd in ((CHAIR, "Ergonomic chair", "249"), (LAMP, "Reading lamp", "39")):
        item = {**key, "Name": {"S": name}, "Stocks": {"N": "0"}, "Price": {"M": {"USD": {"N": usd}}}}
        dynamodb.put_item(TableName=TABLE, Item=item)
        say(f"{name:<18} Stocks 0   ${usd}")
    return stream


def change(key, what, value):
    """Set a number of a product; returns the time of the answer."""
    dynamodb.update_item(
        TableName=TABLE,
        Key=key,
        UpdateExpression=f"SET {what} = :new",
        ExpressionAttributeValues={":new": {"N": str(value)}},
    )
    return time.time()


def tell(email, runtime):
    """The story from an empty shop to the mail."""
    say("1  A shop: the chair that you want is out of stock")
    stream = open_shop()
    say("2  You ask to be told when it is back")
    topic = subscribe(NAME, email, {"product": [CHAIR["SK"]["S"]]})
    say("3  A role for the function")
    role = make_role(NAME, stream, topic)
    say("4  The function")
    file = HERE / "function" / ("index.mjs" if runtime.startswith("nodejs") else "index.py")
    make_function(NAME, file, runtime, role, topic)
    say("5  The trigger: the stock was 0, and isn't any more")
    make_trigger(stream, NAME, HERE / "restocked.json")
    say("6  The chair's price falls to $229: the function isn't called, for the stock is as it was")
    change(CHAIR, "Price.USD", 229)
    say("7  12 lamps arrive: the function is called, and writes to nobody, for you wait for the chair")
    change(LAMP, "Stocks", 12)
    say(logged(NAME, f"Told of {LAMP['SK']['S']}")[0])
    say("8  3 chairs arrive")
    answered = change(CHAIR, "Stocks", 3)
    line, at = logged(NAME, f"Told of {CHAIR['SK']['S']}")
    say(line)
    say(f"That was {(at - answered) * 1000:.0f} ms after the shop had its answer. The mail to {email} is on its way.")


def main():
    """The command line."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    wanted = arguments.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--email", help="your address, where the mails go")
    wanted.add_argument("--tear-down", action="store_true", help="remove everything that the story has made")
    arguments.add_argument("--runtime", default="nodejs20.x", help="nodejs20.x (the default), python3.11, ...")
    options = arguments.parse_args()
    if options.tear_down:
        tear_down(NAME, TABLE)
    else:
        tell(options.email, options.runtime)


if __name__ == "__main__":
    main()
