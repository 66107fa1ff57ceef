"""A table's page beyond the tutorial: indexes, time to live, protection, and queries with their address."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.conftest import Watched
from tests.console.menus import choose
from tests.console.resources import make_table


def test_an_index_is_made_and_queried(page: Page, server: RunningServer) -> None:
    make_table(server, "Indexed")
    page.goto("/console/tables/Indexed?tab=indexes")
    page.get_by_role("button", name="Create index").click()
    dialog = page.get_by_role("dialog", name="Create global secondary index")
    dialog.get_by_role("textbox", name="Partition key").fill("SK")
    dialog.get_by_role("button", name="Create index").click()
    expect(page.get_by_role("rowheader", name="SK-index")).to_be_visible()
    expect(page.get_by_role("gridcell", name="Active")).to_be_visible()
    page.goto("/console/items/Indexed?index=SK-index&pk=ORANGE%23NAGPUR")
    expect(page.get_by_text("Query completed · Items returned: 1 · Items scanned: 1")).to_be_visible()
    expect(page.get_by_role("gridcell", name="ORANGE#NAGPUR", exact=True)).to_be_visible()


def test_a_table_is_created_with_indexes_of_both_kinds(page: Page, server: RunningServer) -> None:
    page.goto("/console/tables/create")
    page.get_by_label("Table name").fill("Furnished")
    page.get_by_role("textbox", name="Partition key").fill("PK")
    page.get_by_role("textbox", name="Sort key").fill("SK")
    page.get_by_role("radio", name="Customize settings").check()
    page.get_by_role("radio", name="DynamoDB Standard-IA").check()
    page.get_by_role("button", name="Create local index").click()
    dialog = page.get_by_role("dialog", name="New local secondary index")
    dialog.get_by_role("textbox", name="Sort key").fill("Stocks")
    dialog.get_by_role("button", name="Create index").click()
    page.get_by_role("button", name="Create global index").click()
    dialog = page.get_by_role("dialog", name="New global secondary index")
    dialog.get_by_role("textbox", name="Partition key").fill("Owner")
    dialog.get_by_role("radio", name="Only keys").check()
    dialog.get_by_role("button", name="Create index").click()
    expect(page.get_by_role("row", name="Owner-index")).to_be_visible()
    page.get_by_role("button", name="Create table").click()
    expect(page.get_by_text("The Furnished table is being created.")).to_be_visible()
    table = server.client("dynamodb").describe_table(TableName="Furnished")["Table"]
    assert [index["IndexName"] for index in table["LocalSecondaryIndexes"]] == ["Stocks-index"]
    assert table["GlobalSecondaryIndexes"][0]["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert table["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"


def test_items_expire_by_an_attribute(page: Page, server: RunningServer) -> None:
    make_table(server, "Expiring")
    page.goto("/console/tables/Expiring?tab=settings")
    page.get_by_role("button", name="Turn on Time to Live").click()
    page.get_by_label("TTL attribute name").fill("expires")
    page.get_by_role("button", name="Turn on TTL").click()
    expect(page.get_by_text("Time to Live of Expiring is on.")).to_be_visible()
    found = server.client("dynamodb").describe_time_to_live(TableName="Expiring")["TimeToLiveDescription"]
    assert found["AttributeName"] == "expires"


def test_a_protected_table_says_why_it_stays(page: Page, watched: Watched, server: RunningServer) -> None:
    watched.expect("status of 400")
    make_table(server, "Protected")
    page.goto("/console/tables/Protected?tab=settings")
    page.get_by_role("button", name="Turn on deletion protection").click()
    expect(page.get_by_text("Deletion protection is on.")).to_be_visible()
    choose(page.get_by_role("button", name="Actions"), page.get_by_role("menuitem", name="Delete table"))
    page.get_by_label("To confirm, type confirm").fill("confirm")
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(
        page.get_by_role("dialog").get_by_text("Resource cannot be deleted as it is currently protected")
    ).to_be_visible()


def test_pages_of_items_follow_each_other_by_their_address(page: Page, server: RunningServer) -> None:
    make_table(server, "Paged")
    dynamodb = server.client("dynamodb")
    for start in range(0, 100, 25):
        puts = [
            {"PutRequest": {"Item": {"PK": {"S": "P"}, "SK": {"S": f"{number:03}"}}}}
            for number in range(start, start + 25)
        ]
        dynamodb.batch_write_item(RequestItems={"Paged": puts})
    page.goto("/console/items/Paged?pk=P&desc=1")
    expect(page.get_by_role("gridcell", name="099", exact=True)).to_be_visible()
    page.get_by_role("button", name="Retrieve next page").click()
    expect(page.get_by_role("gridcell", name="049", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("gridcell", name="049", exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("gridcell", name="099", exact=True)).to_be_visible()


def test_a_query_asks_for_its_key_and_results_are_kept_as_a_file(page: Page, server: RunningServer) -> None:
    make_table(server, "Kept")
    page.goto("/console/items/Kept")
    expect(page.get_by_text("Scan completed · Items returned: 2 · Items scanned: 2 · Efficiency: 100%")).to_be_visible()
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("A query needs a partition key value.")).to_be_visible()
    page.get_by_role("textbox", name="PK (Partition key)").fill("FRUIT")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("Query completed · Items returned: 2")).to_be_visible()
    page.get_by_role("button", name="Actions").click()
    with page.expect_download() as started:
        page.get_by_role("menuitem", name="Download results to CSV").click()
    lines = started.value.path().read_text().splitlines()
    assert started.value.suggested_filename == "Kept.csv"
    assert lines[0] == '"PK","SK","Price","Stocks"'
    assert lines[1].startswith('"FRUIT","APPLE#WASHINGTON","{""USD"":{""N"":""0.8""}')


def test_statements_read_and_write_items(page: Page, watched: Watched, server: RunningServer) -> None:
    watched.expect("status of 400")
    make_table(server, "Spoken")
    page.goto("/console/partiql")
    choose(page.get_by_role("button", name="Table Choose a table"), page.get_by_role("option", name="Spoken"))
    choose(page.get_by_role("button", name="Statement"), page.get_by_role("menuitem", name="Scan table"))
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("cell", name="ORANGE#NAGPUR")).to_be_visible()
    page.get_by_role("button", name="JSON view").click()
    expect(page.get_by_role("region", name="Items as DynamoDB JSON")).to_contain_text('"S": "ORANGE#NAGPUR"')
    statement = page.get_by_role("textbox", name="Statement")
    statement.fill("INSERT INTO \"Spoken\" VALUE {'PK': 'FRUIT'}")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("Missing the key SK in the item")).to_be_visible()
    statement.fill("INSERT INTO \"Spoken\" VALUE {'PK': 'FRUIT', 'SK': 'FIG'}")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("The statement has been carried out.")).to_be_visible()
    key = {"PK": {"S": "FRUIT"}, "SK": {"S": "FIG"}}
    assert "Item" in server.client("dynamodb").get_item(TableName="Spoken", Key=key)
