"""`fieldhand`: each command is loaded from its owner when it is called, so that none pays for the others."""

from importlib import import_module

import click
import typer.main

COMMANDS = {
    "demo": ("backend.demo.cli", "Run the main job to its end, checked through the public interfaces."),
    "up": ("kernel.processes.cli", "Run everything on this machine, with private services."),
    "doctor": ("kernel.processes.cli", "Say what is found, what is missing and how to mend it."),
    "migrate": ("backend.cli.data", "Bring the database to the newest schema."),
    "seed": ("backend.cli.data", "Fill an empty tenant with demo data."),
    "api": ("backend.cli.processes", "Process: staff API and console."),
    "mobile": ("backend.cli.processes", "Process: the technicians' API."),
    "gateway": ("iot_gateway.cli", "Process: MQTT to PostgreSQL."),
    "scorer": ("iot_gateway.cli", "Process: committed samples to cases."),
    "relay": ("backend.cli.processes", "Process: outbox to worker."),
    "worker": ("backend.cli.processes", "Process: deliveries, jobs, nightly fits."),
    "beat": ("backend.cli.processes", "Process: the calendar of sweeps."),
    "sim": ("firmware_sim.cli", "Process: a fleet of simulated devices."),
    "partitions": ("iot_gateway.cli", "Make the telemetry partitions of the next days."),
    "broker-files": ("iot_gateway.cli", "Write the broker's password and access files from the device rows."),
    "dispatch": ("dispatch.cli", "Solve, check and explain dispatch problems from files."),
}


class Owners(click.Group):
    """A group whose commands stay with their owners."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command from its owner."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = typer.main.get_command(import_module(COMMANDS[cmd_name][0]).app)
        if isinstance(command, click.Group) and cmd_name in command.commands:
            return command.commands[cmd_name]
        command.name = cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the table without loading anything."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


app = Owners(name="fieldhand", help="Fieldhand: field service from telemetry to the closed work order.")

if __name__ == "__main__":
    app()
