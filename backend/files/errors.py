"""Refusals of the room of files."""

from kernel.errors import Conflict, Invalid, NotFound, TooLarge, TooMany


class FileUnknown(NotFound):
    """There is no such file."""

    slug = "file-unknown"


class NoThumbnail(NotFound):
    """The file is no picture that can be drawn small."""

    slug = "no-thumbnail"


class UploadUnknown(NotFound):
    """There is no such upload, or it was given up and cleared away; begin again."""

    slug = "upload-unknown"


class LinkUnknown(NotFound):
    """There is no such link, or it was removed."""

    slug = "link-unknown"


class FileTooLarge(TooLarge):
    """The file is larger than this installation takes.

    Members: `limit` (bytes).
    """

    slug = "file-too-large"


class UnfitMedia(Invalid):
    """The content is of no kind that is kept here.

    Members: `allowed` (media types).
    """

    slug = "media-type-unfit"


class HashDiffers(Invalid):
    """The content has another hash than was announced.

    Members: `announced` and `found` (SHA-256, hexadecimal).
    """

    slug = "hash-differs"


class ChunkUnfit(Conflict):
    """The chunk does not follow what has been received.

    Members: `received` (bytes), where to go on.
    """

    slug = "chunk-unfit"


class UploadIncomplete(Conflict):
    """Not everything that was announced has been received.

    Members: `received` and `size` (bytes).
    """

    slug = "upload-incomplete"


class TooManyUploads(TooMany):
    """Too many uploads have been begun and not finished.

    Members: `limit`.
    """

    slug = "too-many-uploads"


class TooManyLinks(Conflict):
    """The subject has as many files as it may have.

    Members: `limit`.
    """

    slug = "too-many-files"
