"""Floor 5: the command line; `tailrace --help` lists its commands."""

from __future__ import annotations

import base64
import gc
import json
import logging
import os
import re
import shlex
import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from tailrace import __version__, replaying
from tailrace.base import machine_code
from tailrace.base.config import CREDENTIALS_FILE, SERVER_FILE, Config
from tailrace.base.errors import StoreError
from tailrace.reach import NoAnswer, Reached, client

if TYPE_CHECKING:
    from tailrace import app

SPLIT_HELP = "records (or KB) a second that a shard takes for a minute before it is split; 0 never splits"
SESSION_SECONDS = 3600  # as long as a session of the root may last
DATA_HELP = "a folder, postgresql://user@host/database, or memory: for a store that ends with the server"
NEEDS = ("bubblewrap", "networks", "cgroups", "node")
NODE_FOLDER = ".tailrace"
NODE_HELP = "what is this server's own where the data is in a database: keys, certificate, audit"


@click.group()
@click.version_option(f"{__version__} ({machine_code.code()})", prog_name="tailrace")
def main() -> None:
    """DynamoDB tables, their streams, and the functions they trigger, on your own machine."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="the address to listen on")
@click.option("--port", default=4566, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free one")
@click.option("--data", default=".tailrace", show_default=True, envvar="TAILRACE_DATA", help=DATA_HELP)
@click.option("--node-folder", default=NODE_FOLDER, show_default=True, envvar="TAILRACE_NODE_FOLDER", help=NODE_HELP)
@click.option("--account", default="000000000000", show_default=True, help="the account's twelve digits")
@click.option("--region", default="us-east-1", show_default=True, help="the region that `tailrace env` names")
@click.option("--shards", default=4, show_default=True, type=click.IntRange(1, 256), help="shards of a new stream")
@click.option(
    "--shard-hours", default=4.0, show_default=True, type=click.FloatRange(0.0003), help="then they roll over"
)
@click.option("--split-at", default=1000.0, show_default=True, type=click.FloatRange(0), help=SPLIT_HELP)
@click.option("--throttle", is_flag=True, help="hold tables to their provisioned throughput, as AWS does")
@click.option("--audit-days", default=30.0, show_default=True, type=click.FloatRange(0), help="0 keeps no audit")
@click.option(
    "--smtp", envvar="TAILRACE_SMTP", help="send mails: smtp://user:password@host:port; else an inbox keeps them"
)
@click.option("--mail-from", default="no-reply@sns.tailrace", show_default=True, help="the sender of mails")
@click.option("--tls", type=click.Choice(["self"]), help="answer https, with a certificate made in the data folder")
@click.option("--tls-cert", type=click.Path(exists=True, dir_okay=False), help="answer https with this certificate")
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False), help="the key of --tls-cert")
@click.option(
    "--tls-ca", type=click.Path(exists=True, dir_okay=False), help="who signed --tls-cert, if a CA of your own"
)
@click.option("--allow-weak-keys", is_flag=True, help="open even a server with a well-known key to the network")
@click.option("--movable-clock", is_flag=True, help="let `tailrace clock advance 30d` move the server's time")
@click.option(
    "--functions-network",
    type=click.Choice(["host", "none"]),
    default="host",
    show_default=True,
    help="none: functions reach this server alone (bubblewrap)",
)
@click.option(
    "--otlp", envvar="OTEL_EXPORTER_OTLP_ENDPOINT", help="send traces to this OpenTelemetry collector (tailrace[otel])"
)
@click.option("--verbose", is_flag=True, help="log each refused connection and each worker's doings")
def serve(verbose: bool, account: str, **settings: Any) -> None:
    """Run the server until SIGTERM or Ctrl-C."""
    if not (len(account) == 12 and account.isdigit()):
        raise click.BadParameter("an account has twelve digits", param_hint="--account")
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        stream=sys.stderr,
    )
    if bool(settings["tls_cert"]) != bool(settings["tls_key"]) or (settings["tls"] and settings["tls_cert"]):
        raise click.UsageError("for https give --tls self, or both --tls-cert and --tls-key")
    key_id, secret = os.environ.get("TAILRACE_ACCESS_KEY_ID"), os.environ.get("TAILRACE_SECRET_ACCESS_KEY")
    if bool(key_id) != bool(secret):
        raise click.UsageError("set both TAILRACE_ACCESS_KEY_ID and TAILRACE_SECRET_ACCESS_KEY, or neither")
    if settings["otlp"] and not has_telemetry():
        raise click.UsageError("for traces install the extra: pip install 'tailrace[otel]'")
    sealing = os.environ.get("TAILRACE_SEALING_KEY")
    if sealing and not re.fullmatch("[0-9a-fA-F]{64}", sealing):
        raise click.UsageError("TAILRACE_SEALING_KEY has 64 hexadecimal digits (openssl rand -hex 32)")
    # Every other option is a field of Config by its name.
    config = Config(account=account, access_key_id=key_id, secret_access_key=secret, sealing_key=sealing, **settings)
    run(config)


def run(config: Config) -> None:
    """One server until it is told to stop. Raises ClickException where it can't start."""
    # Most of a second goes into loading a server, which the other commands don't need. It all stays to the end: looking
    # through it for garbage in between takes a tenth of that time, and finds nothing.
    gc.disable()
    import uvloop

    from tailrace import app
    from tailrace.exposure import WeakKey
    from tailrace.runtime.doors import OwnNetworkRefused
    from tailrace.store import StoreUnavailable
    from tailrace.tls import BadCertificate

    gc.enable()
    try:
        uvloop.run(app.serve(config, announce))
    except (StoreUnavailable, WeakKey, BadCertificate, OwnNetworkRefused, OSError) as error:
        raise click.ClickException(str(error)) from error


def has_telemetry() -> bool:
    """Whether OpenTelemetry is installed."""
    try:
        import opentelemetry.exporter.otlp.proto.http
        import opentelemetry.sdk  # noqa: F401
    except ImportError:
        return False
    return True


def announce(server: app.Server) -> None:
    """Say where the server answers, and with which key when nobody else knows it."""
    click.echo(f"Tailrace is ready at {server.node.endpoint}")
    if server.node.config.folder is None and server.key.made_now:
        click.echo(f"Access key {server.key.access_key_id}, secret {server.key.secret_access_key} (until it ends)")
    sys.stdout.flush()


def reach(data: str) -> Reached:
    """How to talk to the server that runs on a folder, as its root. Raises ClickException."""
    # What a server of a database says of itself lies in its own folder.
    folder = Path(os.environ.get("TAILRACE_NODE_FOLDER", NODE_FOLDER) if "://" in data else data)
    try:
        about = json.loads((folder / SERVER_FILE).read_text())
    except FileNotFoundError as error:
        raise click.ClickException(
            f"no server runs on {folder}: start one with `tailrace serve --data {data}`"
        ) from error
    key_id, secret = os.environ.get("TAILRACE_ACCESS_KEY_ID"), os.environ.get("TAILRACE_SECRET_ACCESS_KEY")
    if not (key_id and secret):
        try:
            kept = json.loads((folder / CREDENTIALS_FILE).read_text())
        except FileNotFoundError as error:
            raise click.ClickException(
                "the server was given its key: set TAILRACE_ACCESS_KEY_ID and TAILRACE_SECRET_ACCESS_KEY here too"
            ) from error
        key_id, secret = kept["AccessKeyId"], kept["SecretAccessKey"]
    return Reached(about["endpoint"], key_id, secret, about["region"], about.get("authority"))


main.add_command(replaying.group(reach))


@main.command()
@click.option("--data", default=".tailrace", show_default=True, envvar="TAILRACE_DATA", help="the server's folder")
def env(data: str) -> None:
    """Print what points AWS's tools at the running server, for `eval "$(tailrace env)"`."""
    reached = reach(data)
    exports = {
        "AWS_ENDPOINT_URL": reached.endpoint,
        "AWS_ACCESS_KEY_ID": reached.access_key_id,
        "AWS_SECRET_ACCESS_KEY": reached.secret_access_key,
        "AWS_REGION": reached.region,
        "AWS_DEFAULT_REGION": reached.region,
        # StartLiveTail would be sent to "stream-" and the host's name, which only AWS has.
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }
    if reached.authority:
        exports |= {"AWS_CA_BUNDLE": reached.authority, "NODE_EXTRA_CA_CERTS": reached.authority}
    for name, value in exports.items():
        click.echo(f"export {name}={shlex.quote(value)}")


@main.command()
@click.option("--print", "only_print", is_flag=True, help="print the address instead of opening a browser")
@click.option("--data", default=".tailrace", show_default=True, envvar="TAILRACE_DATA", help="the server's folder")
def console(only_print: bool, data: str) -> None:
    """Open the web console, signed in for an hour.

    The address carries temporary credentials after its `#`, which no browser sends to a server, and which the page
    takes away at once. Whoever reads the address before that is signed in, too.
    """
    reached = reach(data)
    address = f"{reached.endpoint}/console/#session={console_session(reached)}"
    if only_print or not webbrowser.open(address):
        click.echo(address)
    else:
        click.echo(f"The console is open at {reached.endpoint}/console/, signed in for an hour")


def console_session(reached: Reached) -> str:
    """Temporary credentials as the console reads them (console/src/aws/session.ts): base64 of JSON."""
    made = client(reached, "sts").get_session_token(DurationSeconds=SESSION_SECONDS)["Credentials"]
    session = {
        "accessKeyId": made["AccessKeyId"],
        "secretAccessKey": made["SecretAccessKey"],
        "sessionToken": made["SessionToken"],
        "expiration": int(made["Expiration"].timestamp() * 1000),
        "region": reached.region,
    }
    return base64.urlsafe_b64encode(json.dumps(session).encode()).decode()


@main.command()
@click.option("--to", help="only the mails to this address")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 100), help="at most so many, the latest")
@click.option("--data", default=".tailrace", show_default=True, envvar="TAILRACE_DATA", help="the server's folder")
def inbox(to: str | None, limit: int, data: str) -> None:
    """Show the mails that the server would have sent, had it been given --smtp."""
    asked = {"MaxResults": limit, **({"To": to} if to else {})}
    mails = client(reach(data)).list_mails(**asked)["Mails"]
    for mail in reversed(mails):
        click.secho(f"{mail['Time']:%Y-%m-%d %H:%M:%S}  to {mail['To']}  {mail['Subject']}", bold=True)
        click.echo(f"{mail['Text'].rstrip()}\n")
    if not mails:
        click.echo("No mails")


@main.command()
@click.argument("request_id", required=False)
@click.option("--role", help="show the least policy for this role instead")
@click.option("--user", help="show the least policy for this user instead")
@click.option("--since", default="1h", show_default=True, help="how far back to look, like 90s, 30m, 24h or 7d")
@click.option("--data", default=".tailrace", show_default=True, envvar="TAILRACE_DATA", help="the server's folder")
def why(request_id: str | None, role: str | None, user: str | None, since: str, data: str) -> None:
    """Tell why a request (by its x-amzn-requestid) was allowed or denied, or what a role or user has used."""
    from tailrace import why as answers

    if len([given for given in (request_id, role, user) if given]) != 1:
        raise click.UsageError("name a request id, or --role, or --user")
    try:
        if request_id:
            answers.explain(reach(data), request_id)
        else:
            answers.least_privilege(reach(data), role, user, since)
    except NoAnswer as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.argument("what", metavar="EVENT_ID|REQUEST_ID")
@click.option("--json", "as_json", is_flag=True, help="the whole answer as JSON")
@click.option("--no-logs", is_flag=True, help="leave the functions' log lines out")
@click.option("--data", default=".tailrace", show_default=True, envvar="TAILRACE_DATA", help="the server's folder")
def trace(what: str, as_json: bool, no_logs: bool, data: str) -> None:
    """Tell what a write has caused: by the eventID or sequence number of its record, or by a request id."""
    from tailrace import trace as answers

    try:
        answers.tell(reach(data), what, as_json=as_json, with_logs=not no_logs)
    except NoAnswer as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="the address to listen on")
@click.option("--port", default=4566, show_default=True, type=click.IntRange(0, 65535), help="the port to listen on")
@click.option("--data", default=".tailrace", show_default=True, envvar="TAILRACE_DATA", help=DATA_HELP)
@click.option("--need", multiple=True, type=click.Choice(NEEDS), help="fail without this")
def doctor(host: str, port: int, data: str, need: tuple[str, ...]) -> None:
    """Say what of this machine works for Tailrace, and what to do about the rest; exit with 1 if a server can't run."""
    from tailrace import doctor as examination

    file = Path(data) / SERVER_FILE
    about = json.loads(file.read_text()) if file.is_file() else None
    sys.exit(not examination.examine(data, host, port, about, need))


@main.group(invoke_without_command=True)
@click.option("--data", default=".tailrace", show_default=True, envvar="TAILRACE_DATA", help="the server's folder")
@click.pass_context
def clock(context: click.Context, data: str) -> None:
    """Show the server's time, or move it ahead where it was started with --movable-clock."""
    context.obj = data
    if context.invoked_subcommand is None:
        from tailrace import moving

        moving.show(reach(data))


@clock.command()
@click.argument("how_far")
@click.option("--data", envvar="TAILRACE_DATA", help="the server's folder")
@click.pass_obj
def advance(folder: str, how_far: str, data: str | None) -> None:
    """Move the server's time ahead by a length like 90s, 15m, 4h or 30d."""
    from tailrace import moving

    moving.advance(reach(data or folder), how_far)


@clock.command("set")
@click.argument("time")
@click.option("--data", envvar="TAILRACE_DATA", help="the server's folder")
@click.pass_obj
def set_clock(folder: str, time: str, data: str | None) -> None:
    """Move the server's time ahead to a time like 2027-01-31T09:00:00Z."""
    from tailrace import moving

    moving.move_to(reach(data or folder), time)


@main.command("copy")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="[TO]", required=False)
@click.option("--online", is_flag=True, help="the servers of FROM go on, until you stop them for the last changes")
@click.option("--verify-all", is_flag=True, help="with --online: read both once more at the end, while nobody serves")
@click.option("--abandon", is_flag=True, help="end an --online copy of FROM that will not be gone on with")
def copy_store(source: str, target: str | None, online: bool, verify_all: bool, abandon: bool) -> None:
    """Copy a whole store to an empty one: folders and databases, either way. Goes on where it was interrupted.

    Without --online nobody may use FROM. With it, FROM notes what changes while it is copied; the command says when to
    stop its servers, copies the last changes within seconds, and says when to start those of TO.
    """
    import uvloop

    from tailrace import copying

    if abandon == bool(target) or (abandon and online) or (verify_all and not online):
        raise click.UsageError("give FROM and TO, with or without --online; or --abandon and FROM")
    try:
        if target is None:
            uvloop.run(copying.abandon(source))
        elif online:
            uvloop.run(copying.run_online(source, target, verify_all=verify_all))
        else:
            uvloop.run(copying.run(source, target))
    except (StoreError, OSError) as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.argument("database", metavar="URL")
def distribute(database: str) -> None:
    """Divide a store, filled or empty, over the workers of a Citus cluster; URL is its coordinator's."""
    from tailrace import distributing

    try:
        click.echo(distributing.run(database))
    except StoreError as error:
        raise click.ClickException(str(error)) from error


@main.command("split-shard")
@click.argument("table")
@click.argument("shard_id", required=False)
@click.option("--data", default=".tailrace", show_default=True, envvar="TAILRACE_DATA", help="the server's folder")
def split_shard(table: str, shard_id: str | None, data: str) -> None:
    """Split a shard of a table's stream in two, or (without SHARD_ID) each of its open ones."""
    from tailrace import splitting

    try:
        splitting.split(reach(data), table, shard_id)
    except splitting.NotSplit as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
def lint(file: TextIO) -> None:
    """Say what is wrong with an IAM policy (`-` reads it from the input); exit with 1 where there are errors."""
    from tailrace.auth import lint as rules  # AWS's actions are read for this command alone

    try:
        findings = rules.lint(file.read())
    except UnicodeDecodeError as problem:
        raise click.ClickException(f"{file.name} is no text in UTF-8: {problem}") from problem
    except rules.DefinitionsMissing as problem:
        raise click.ClickException(str(problem)) from problem
    colors = {"error": "red", "warning": "yellow", "hint": "cyan"}
    for each in findings:
        place = click.style(f"{file.name}:{each.line}:{each.column}", bold=True)
        click.echo(f"{place} {click.style(each.severity, fg=colors[each.severity])} {each.code}: {each.text}")
        if each.suggestion:
            click.echo(f"    {each.suggestion}")
    if not findings:
        click.echo(f"{file.name}: nothing to mend")
    sys.exit(any(each.severity == "error" for each in findings))


@main.command()
@click.option("--port", default=4566, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free one")
@click.option("--exit", "then_exit", is_flag=True, envvar="DEMO_EXIT", help="end after the story")
def demo(port: int, then_exit: bool) -> None:
    """Tell the DynamoDB Streams tutorial's story on a server of its own."""
    from tailrace import demo as story

    sys.exit(story.tell(port, then_exit))
