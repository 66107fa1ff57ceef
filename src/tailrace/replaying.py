"""Floor 5: `tailrace replay`: sends records of a stream to a function once more, and shows how far that has come."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import click

from tailrace.reach import NoAnswer, Reached, ask

Answer = dict[str, Any]
# What may stand for a range, and what it is in a request.
_OPTIONS = {
    "stream": "StreamArn",
    "mapping": "EventSourceMappingUUID",
    "function": "FunctionName",
    "shard": "ShardId",
    "first": "FromSequenceNumber",
    "last": "ToSequenceNumber",
    "since": "StartTime",
    "until": "EndTime",
    "batch_size": "BatchSize",
    "retries": "MaximumRetryAttempts",
}
_DATA = click.option(
    "--data", default=".tailrace", show_default=True, envvar="TAILRACE_DATA", help="the server's folder"
)


def group(reach: Callable[[str], Reached]) -> click.Group:
    """The command with its subcommands; `reach` finds the server of a folder."""

    def asked(data: str, operation: str, request: Mapping[str, Any]) -> Answer:
        try:
            return ask(reach(data), operation, **request)
        except NoAnswer as error:
            raise click.ClickException(str(error)) from error

    @click.group()
    def replay() -> None:
        """Send records of a stream to a function once more; their eventIDs are marked, and no checkpoint moves."""

    @replay.command()
    @_ranged
    @click.option("--json", "as_json", is_flag=True, help="the whole answer as JSON")
    def preview(data: str, as_json: bool, **options: Any) -> None:
        """Show what would be sent: how much, the first records, and the first event."""
        found = asked(data, "preview_replay", _request(options))
        if as_json:
            click.echo(json.dumps(found, default=str))
        else:
            _show_preview(found)

    @replay.command()
    @_ranged
    def start(data: str, **options: Any) -> None:
        """Start a replay: it goes on by itself, also after a restart of the server."""
        _show(asked(data, "start_replay", _request(options))["Replay"])

    @replay.command()
    @click.argument("mapping")
    @click.option("--since", help="what was given up since this time, also what was redriven before")
    @click.option("--until", help="what was given up before this time")
    @click.option("--retries", type=click.IntRange(0, 10000), help="how often a failing batch is tried again")
    @_DATA
    def redrive(data: str, **options: Any) -> None:
        """Send what a mapping (its UUID) has given up to its function once more."""
        _show(asked(data, "redrive_failures", _request(options))["Replay"])

    @replay.command()
    @click.argument("replay_id")
    @_DATA
    def show(replay_id: str, data: str) -> None:
        """Show how far a replay has come."""
        _show(asked(data, "describe_replay", {"ReplayId": replay_id})["Replay"])

    @replay.command("list")
    @_DATA
    def list_all(data: str) -> None:
        """List the replays."""
        request: Answer = {}
        while True:
            found = asked(data, "list_replays", request)
            for each in found["Replays"]:
                sent = f"{each['RecordsSent']} records sent"
                click.echo(f"{each['ReplayId']}  {each['Status']:9}  {sent}  {each['FunctionArn']}")
            if "NextToken" not in found:
                return
            request = {"NextToken": found["NextToken"]}

    @replay.command()
    @click.argument("replay_id")
    @_DATA
    def cancel(replay_id: str, data: str) -> None:
        """End a replay after the batch that is under way."""
        _show(asked(data, "cancel_replay", {"ReplayId": replay_id})["Replay"])

    return replay


def _ranged(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say what is replayed, and where to."""
    for option in (
        click.argument("event_ids", nargs=-1, metavar="[EVENT_ID]..."),
        click.option("--mapping", help="the UUID of a mapping: its stream, function, filter and batch size"),
        click.option("--stream", help="the ARN of a stream"),
        click.option("--function", help="the function that gets the records"),
        click.option("--shard", help="only this shard"),
        click.option("--from", "first", help="from this sequence number on"),
        click.option("--to", "last", help="up to this sequence number"),
        click.option("--since", help="what was written since this time, such as 2026-11-29T16:00:00Z"),
        click.option("--until", help="what was written before this time"),
        click.option("--batch-size", type=click.IntRange(1, 10000)),
        click.option("--retries", type=click.IntRange(0, 10000), help="how often a failing batch is tried again"),
        click.option("--pattern", "patterns", multiple=True, help="only records that this event pattern takes"),
        _DATA,
    ):
        command = option(command)
    return command


def _request(options: Mapping[str, Any]) -> Answer:
    request = {_OPTIONS[name]: value for name, value in options.items() if name in _OPTIONS and value is not None}
    if options.get("event_ids"):
        request["EventIds"] = [text.partition("-")[0] for text in options["event_ids"]]
    if options.get("patterns"):
        request["Patterns"] = list(options["patterns"])
    return request


def _show_preview(found: Answer) -> None:
    click.echo(f"{found['RecordCount']} records in {found['BatchCount']} batches to {found['FunctionArn']}")
    for name, what in (("RecordsFiltered", "filtered out"), ("RecordsTrimmed", "gone from the stream")):
        if found.get(name):
            click.echo(f"{found[name]} records {what}")
    if found.get("Truncated"):
        click.echo("and more, which were not looked at")
    for record in found["Records"]:
        about = f"{record['Time']:%Y-%m-%d %H:%M:%S}  {record['EventName']:6}  {record.get('Keys', '')}"
        click.echo(f"{about}  {record['EventId']}  {record['SequenceNumber']}")
    if "Event" in found:
        click.echo(json.dumps(json.loads(found["Event"]), indent=2))


def _show(replay: Answer) -> None:
    for name, value in replay.items():
        click.echo(f"{name:22} {value}")
