"""Backups: a table under point-in-time recovery, a backup by hand, and tables restored from either."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.console.conftest import Watched
from tests.console.menus import choose
from tests.console.resources import make_table

FIG = {"PK": {"S": "FRUIT"}, "SK": {"S": "FIG"}}


def test_a_table_is_restored_from_a_backup_and_to_a_point_in_time(
    page: Page, watched: Watched, server: RunningServer
) -> None:
    watched.expect("status of 400")
    make_table(server, "Orchard")
    dynamodb = server.client("dynamodb")
    page.goto("/console/tables/Orchard?tab=backups")
    page.get_by_role("button", name="Edit point-in-time recovery").click()
    dialog = page.get_by_role("dialog", name="Edit point-in-time recovery settings")
    dialog.get_by_role("checkbox", name="Turn on point-in-time recovery").check()
    dialog.get_by_label("Backup recovery period").fill("36")
    dialog.get_by_role("button", name="Save changes").click()
    expect(dialog.get_by_text("less than or equal to 35")).to_be_visible()
    dialog.get_by_label("Backup recovery period").fill("7")
    dialog.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Point-in-time recovery of Orchard is on.")).to_be_visible()
    expect(page.get_by_text("7 days")).to_be_visible()

    page.get_by_role("button", name="Create backup").click()
    dialog = page.get_by_role("dialog", name="Create on-demand backup")
    dialog.get_by_label("Backup name").fill("Harvest")
    dialog.get_by_role("button", name="Create backup").click()
    row = page.get_by_role("row", name="Harvest")
    expect(row.get_by_role("gridcell", name="Available")).to_be_visible()
    dynamodb.put_item(TableName="Orchard", Item=FIG)

    row.get_by_role("link", name="Harvest").click()
    expect(page.get_by_role("heading", name="Harvest", level=1)).to_be_visible()
    page.get_by_role("button", name="Restore").click()
    page.get_by_label("Name of restored table").fill("Replanted")
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("heading", name="Replanted", level=1)).to_be_visible()
    expect(page.get_by_text("Active", exact=True)).to_be_visible()
    page.get_by_role("button", name="Additional info").click()
    expect(page.get_by_role("link", name="A backup of Orchard")).to_be_visible()
    assert "Item" not in dynamodb.get_item(TableName="Replanted", Key=FIG)

    page.goto("/console/tables/Orchard?tab=backups")
    page.get_by_role("button", name="Restore to point in time").click()
    page.get_by_label("Name of restored table").fill("Latest")
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("heading", name="Latest", level=1)).to_be_visible()
    expect(page.get_by_text("Active", exact=True)).to_be_visible()
    assert dynamodb.get_item(TableName="Latest", Key=FIG)["Item"] == FIG


def test_a_time_that_can_not_be_restored_to_is_refused_in_the_words_of_the_service(
    page: Page, watched: Watched, server: RunningServer
) -> None:
    watched.expect("status of 400")
    make_table(server, "Young")
    specification = {"PointInTimeRecoveryEnabled": True}
    server.client("dynamodb").update_continuous_backups(
        TableName="Young", PointInTimeRecoverySpecification=specification
    )
    page.goto("/console/tables/Young/restore")
    page.get_by_label("Name of restored table").fill("Never")
    page.get_by_role("radio", name="Specify date and time").check()
    page.get_by_role("textbox", name="Date").fill("2020/01/01")
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("An invalid restore time was specified.")).to_be_visible()


def test_all_backups_are_listed_and_deleted(page: Page, server: RunningServer) -> None:
    make_table(server, "Meadow")
    page.goto("/console/backups")
    page.get_by_role("button", name="Create backup").click()
    dialog = page.get_by_role("dialog", name="Create on-demand backup")
    choose(dialog.get_by_label("Source table"), page.get_by_role("option", name="Meadow"))
    dialog.get_by_label("Backup name").fill("Hay")
    dialog.get_by_role("button", name="Create backup").click()
    row = page.get_by_role("row", name="Hay")
    expect(row.get_by_role("gridcell", name="Available")).to_be_visible()
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    dialog = page.get_by_role("dialog", name="Delete backup")
    dialog.get_by_label("To confirm, type confirm").fill("confirm")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Hay has been deleted.")).to_be_visible()
    expect(row).to_have_count(0)
