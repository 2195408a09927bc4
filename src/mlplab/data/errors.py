"""The error of everything that concerns data files."""


class DataError(Exception):
    """A data file or source cannot be used; the message names it and the fault."""
