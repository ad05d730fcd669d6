"""Refusals of the gateway."""

from kernel.errors import Conflict, Invalid, NotFound, TooMany


class DeviceNotFound(NotFound):
    """There is no such device."""

    slug = "device-not-found"


class DeviceNameTaken(Conflict):
    """A device of this name exists already."""

    slug = "device-name-taken"


class DeviceRevoked(Conflict):
    """The device has been revoked."""

    slug = "device-revoked"


class CommandNotFound(NotFound):
    """There is no such command."""

    slug = "command-not-found"


class CommandUnderWay(Conflict):
    """The command may have reached the device already.

    Members: `state`, `attempts`.
    """

    slug = "command-under-way"


class StaleTwin(Conflict):
    """Somebody changed it since it was read.

    Members: `expected`, `version`.
    """

    slug = "stale-version"


class UnfitTwin(Invalid):
    """The document cannot be kept."""

    slug = "unfit-twin"


class ReleaseNotFound(NotFound):
    """There is no such firmware release."""

    slug = "release-not-found"


class ReleaseExists(Conflict):
    """This version of this model is another image.

    Members: `sha256` of the one that is kept.
    """

    slug = "release-exists"


class NoSuchImage(NotFound):
    """There is nothing to fetch here."""

    slug = "no-such-image"


class CampaignNotFound(NotFound):
    """There is no such campaign."""

    slug = "campaign-not-found"


class IllegalCampaignChange(Conflict):
    """The campaign is not in a state that allows this.

    Members: `state`.
    """

    slug = "illegal-campaign-change"


class EmptyCampaign(Conflict):
    """No device fits the target of the campaign."""

    slug = "empty-campaign"


class LimitNotLower(Conflict):
    """The limit of the series is that low already, or was never raised.

    Members: `factor` in force.
    """

    slug = "limit-not-lower"


class CaseNotFound(NotFound):
    """There is no such case."""

    slug = "case-not-found"


class IllegalCaseChange(Conflict):
    """The case is not in a state that allows this."""

    slug = "illegal-case-change"


class BadSeries(Invalid):
    """The series asked for cannot be drawn."""

    slug = "bad-series"


class BadSpan(Invalid):
    """The span of time is empty or too long."""

    slug = "bad-span"


class DeadLetterNotFound(NotFound):
    """There is no such dead letter."""

    slug = "dead-letter-not-found"


class NotSparkplug(Conflict):
    """The device is not known to speak Sparkplug.

    Member: `device_id`.
    """

    slug = "not-sparkplug"


class EdgeNodeInUse(Conflict):
    """Other devices are behind this edge node.

    Member: `device_id`.
    """

    slug = "edge-node-in-use"


class ExportTooLarge(Invalid):
    """The export covers more than one download may."""

    slug = "export-too-large"


class BadExport(Invalid):
    """The export asked for cannot be made."""

    slug = "bad-export"


class ClaimNotFound(NotFound):
    """There is no such claim."""

    slug = "claim-not-found"


class ClaimEnded(Conflict):
    """The claim is used up, has expired or was cancelled."""

    slug = "claim-ended"


class TooManyClaims(TooMany):
    """Too many claims were traded from this address; wait a minute."""

    slug = "too-many-claims"


class CertificatesOff(Conflict):
    """This installation signs no certificates."""

    slug = "certificates-off"


class BadSigningRequest(Invalid):
    """The certificate signing request cannot be signed."""

    slug = "bad-signing-request"


class UnreadableSeries(Invalid):
    """The file holds no series that can be judged.

    Members: `file`, `line`.
    """

    slug = "unreadable-series"


class UnusableLives(Invalid):
    """The table of lives cannot be used.

    Members: `column`, `unit`.
    """

    slug = "unusable-lives"


class ThresholdNotFound(NotFound):
    """There is no such limit."""

    slug = "threshold-not-found"


class ThresholdTaken(Conflict):
    """The device or model has a limit of this metric and kind already.

    Member: `threshold_id`.
    """

    slug = "threshold-taken"


class TooManyThresholds(Conflict):
    """The device or model has as many limits as it may.

    Member: `most`.
    """

    slug = "too-many-thresholds"


class StaleThreshold(Conflict):
    """Somebody changed the limit since it was read.

    Members: `expected`, `version`.
    """

    slug = "stale-threshold"


class UnfitThreshold(Invalid):
    """The terms do not fit this kind of limit.

    Member: `kind`.
    """

    slug = "unfit-threshold"
