"""Errors of data files and their sources."""


class DataError(Exception):
    """A data file or source cannot be used; the message names it and the fault."""


class SourceUnreachableError(Exception):
    """The source cannot be reached at all, so it is not tried for other files."""


class FileUnavailableError(Exception):
    """The source lacks this file, or has another content. A new try would not help."""


class TransientError(Exception):
    """This try failed; the next may succeed."""
