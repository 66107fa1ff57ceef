"""An image has every form of its item, whichever of them it was made of."""

from __future__ import annotations

import orjson

from tailrace.expression.values import item_size
from tailrace.store.image import NOTHING, Image
from tailrace.store.items import differ
from tests.store.tables import INDEXED, PLAIN, item

THING = item("a", n=1, note="long enough")


def test_each_form_comes_of_the_other() -> None:
    body = orjson.dumps(THING)
    for image in (Image(THING), Image(None, body), Image(None, body, item_size(THING))):
        assert image.exists
        assert (image.item, image.body, image.size) == (THING, body, item_size(THING))


def test_there_is_nothing_in_nothing() -> None:
    assert (NOTHING.exists, NOTHING.item, NOTHING.body, NOTHING.size) == (False, None, None, 0)


def test_attributes_in_another_order_are_the_same_item_where_somebody_would_be_told() -> None:
    turned = Image(dict(reversed(THING.items())))
    assert not differ(INDEXED, Image(THING), turned)
    assert differ(PLAIN, Image(THING), turned)
    for layout in (PLAIN, INDEXED):
        assert not differ(layout, Image(THING), Image(dict(THING)))
        assert not differ(layout, NOTHING, NOTHING)
        assert differ(layout, Image(THING), NOTHING)
        assert differ(layout, NOTHING, Image(THING))
        assert differ(layout, Image(THING), Image({**THING, "n": {"N": "2"}}))
