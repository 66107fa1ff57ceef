"""Floor 5: `tailrace why`: the audit's answers, for a terminal."""

from __future__ import annotations

import click

from tailrace.base import duration
from tailrace.base.clock import iso_seconds
from tailrace.reach import NoAnswer, Reached, ask


def explain(reached: Reached, request_id: str) -> None:
    """Print why a request was allowed or denied."""
    found = ask(reached, "explain_request", RequestId=request_id)
    activity = found["Activity"]
    click.echo(found["Summary"])
    click.echo(f"  status {activity['StatusCode']}, from {activity.get('SourceIp', '?')}, request {request_id}")
    for permission in found["Permissions"]:
        mark = "allowed" if permission["Allowed"] else "DENIED "
        click.echo(f"  {mark} {permission['Action']} on {permission['Resource']}: {permission['Reason']}")
    for text in found.get("Missing", ()):
        click.echo(f"\n{text}.")
    if "PolicyDocument" in found:
        click.echo(f"\nThis would be enough, in {found['AttachTo']}:\n{found['PolicyDocument']}")


def least_privilege(reached: Reached, role: str | None, user: str | None, since: str) -> None:
    """Print the policy that allows what a role or user has used, and nothing else."""
    try:
        back = duration.seconds(since)
    except ValueError as error:
        raise NoAnswer(str(error)) from error
    start = ask(reached, "get_clock")["Time"].timestamp() - back
    whose = {"RoleName": role} if role else {"UserName": user}
    found = ask(reached, "generate_least_privilege_policy", StartTime=start, **whose)
    if "PolicyDocument" not in found:
        raise NoAnswer(
            f"{found['PrincipalArn']} was allowed nothing since {iso_seconds(start)} ({found['Calls']} calls)"
        )
    click.echo(f"# {found['PrincipalArn']} since {iso_seconds(start)}, {found['Calls']} calls", err=True)
    for used in found["Actions"]:
        click.echo(f"# {used['Action']}: {used['Allowed']} allowed, {used['Denied']} denied", err=True)
    click.echo(found["PolicyDocument"])
