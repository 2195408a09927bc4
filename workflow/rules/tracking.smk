# What makes results stale besides their input files: code, libraries, and parameters by name.
#
# Included last, to find all rules. Each rule with a script gets two more params.
import inspect

from mlplab.provenance.fingerprint import FingerprintError, code_fingerprints


def params_by_name(rule):
    """A function that gives all parameters of a job with their names.

    Snakemake compares the set of values alone. It would miss two values exchanged, or one set to
    the value of another.
    """
    params = dict(rule.params.items())

    def named(wildcards):
        return {name: value_of(param, wildcards) for name, param in params.items()}

    return named


def value_of(param, wildcards):
    """A parameter's value; None if it depends on more than wildcards, such as input files."""
    if not callable(param):
        return param
    return param(wildcards) if list(inspect.signature(param).parameters) == ["wildcards"] else None


def constant_strings(rule):
    """Parameters that are the same text for all jobs: a script may import a module so named."""
    return {name: param for name, param in rule.params.items() if isinstance(param, str)}


tracked = private.scripts_by_rule(workflow)
try:
    # A hash per module that a script imports, and versions of its libraries.
    for rule_, code_ in zip(
        tracked,
        code_fingerprints([(script, constant_strings(r)) for r, script in tracked.items()]),
        strict=True,
    ):
        private.add_params(rule_, named=params_by_name(rule_), code=code_)
except FingerprintError as error:
    sys.exit(str(error))
