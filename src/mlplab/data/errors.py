"""The errors of everything that concerns data files."""


class DataError(Exception):
    """A data file or source cannot be used; the message names it and the fault."""


class SourceUnreachableError(Exception):
    """Nothing can be had from this source; it is not asked for other files."""


class FileUnavailableError(Exception):
    """The source does not have this file, or not as it should be; another try is no use."""


class TransientError(Exception):
    """This try failed; another may not."""
