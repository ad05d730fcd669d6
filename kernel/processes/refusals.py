"""What keeps Fieldhand from starting, said in words for the person at the keyboard."""


class Refusal(Exception):  # noqa: N818 - expected, and answered with its text and exit code 2
    """Something on this machine has to be changed first; the text says what."""


class ServicesMissing(Refusal):
    """A service is not here and could not be brought here."""


class ClusterFailed(Refusal):
    """The private PostgreSQL could not be made."""


class AlreadyRunning(Refusal):
    """Another supervisor works on the same `var`."""


class ProcessFailed(Refusal):
    """A process did not get ready; the text holds the end of its log."""


class PortTaken(Refusal):
    """Somebody else listens on the port that was asked for."""


class SettingsIncomplete(Refusal):
    """Some of a service's settings are given and others are not."""
