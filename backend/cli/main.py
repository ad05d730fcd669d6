"""`fieldhand`: each command is loaded from its owner when it is called, so that none pays for the others."""

import sys
from importlib import import_module

import typer.main

COMMANDS = {
    "demo": ("backend.demo.cli", "Run the main job to its end, checked through the public interfaces."),
    "up": ("kernel.processes.cli", "Run everything on this machine, with private services."),
    "services": ("kernel.processes.cli", "Run PostgreSQL, Mosquitto and Redis alone."),
    "bootstrap": ("kernel.processes.cli", "Make logins, database and PostGIS on a server of yours."),
    "doctor": ("kernel.processes.cli", "Say what is found, what is missing and how to mend it."),
    "migrate": ("backend.cli.data", "Bring the database to the newest schema."),
    "seed": ("backend.cli.data", "Fill an empty tenant with demo data."),
    "export": ("backend.figures.cli", "Write orders, visits, tickets and their events as files."),
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
    "ca": ("iot_gateway.ca_cli", "Make and keep the certificates of the broker and of devices."),
    "telemetry": ("iot_gateway.telemetry_cli", "Judge recorded telemetry from files."),
    "dispatch": ("dispatch.cli", "Solve, check and explain dispatch problems from files."),
}


def app() -> None:
    """Run the command that the command line names."""
    name, *arguments = sys.argv[1:] or ["--help"]
    if name in {"--help", "-h", "help"}:
        sys.stdout.write(overview())
        return
    if name not in COMMANDS:
        sys.stderr.write(f"fieldhand: there is no command `{name}`\n\n{overview()}")
        sys.exit(2)
    command = typer.main.get_command(import_module(COMMANDS[name][0]).app)
    owned = getattr(command, "commands", {})
    owned.get(name, command).main(arguments, prog_name=f"fieldhand {name}")


def overview() -> str:
    """List the commands without loading any."""
    lines = [f"  {name:<14} {text}" for name, (_, text) in COMMANDS.items()]
    return "\n".join(["Usage: fieldhand COMMAND [OPTIONS]; each has its own --help.", "", *lines, ""])


if __name__ == "__main__":
    app()
