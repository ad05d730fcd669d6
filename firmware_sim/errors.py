"""What can be wrong with a run before it starts.

- `SimulatorError`
    - `ScenarioError`: a scenario file, with the line and field
    - `CredentialsError`: the credentials file
    - `ReplayError`: a recorded CSV file
    - `BrokerUnreachableError`: no device could connect
"""


class SimulatorError(Exception):
    """The run cannot go on; the text is one sentence for the person who started it."""


class ScenarioError(SimulatorError):
    """A scenario file says something that cannot be simulated."""

    def __init__(self, source: str, line: int, field: str, problem: str) -> None:
        """Name the file, the line (from 1; 0: none) and the field beside the problem."""
        self.source = source
        self.line = line
        self.field = field
        self.problem = problem
        where = f"{source}, line {line}" if line else source
        super().__init__(f"{where}, {field}: {problem}" if field else f"{where}: {problem}")


class CredentialsError(SimulatorError):
    """The credentials file is missing, unreadable or incomplete."""


class ReplayError(SimulatorError):
    """A recorded file cannot be played."""


class BrokerUnreachableError(SimulatorError):
    """No device reached the broker in the time allowed."""
