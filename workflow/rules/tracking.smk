# What makes results stale besides their input files: code, libraries, and parameters by name.
#
# Included last, so that none can be forgotten. Whatever has a script gets two more params; not so the
# rules of another workflow that uses this one as a module, whose scripts may be in any language.
import inspect
import os

from mlplab.provenance.fingerprint import FingerprintError, code_fingerprints


def script_of(rule):
    """The path of the rule's script from the working folder."""
    return os.path.relpath(rule.basedir.join(rule.script).get_path_or_uri(secret_free=True))


def params_by_name(rule):
    """A function that gives all parameters of a job with their names.

    Snakemake compares the set of the values alone: two of them exchanged, or one set to the value
    of another, would go unnoticed.
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


tracked = [r for r in workflow.rules if r.script and r.basedir == workflow.current_basedir]
# A process that does a job for SLURM is told its rule; to read the code of all others takes it longer
# than all else that is read here.
if workflow.dag_settings and (allowed := workflow.dag_settings.allowed_rules):
    tracked = [rule for rule in tracked if rule.name in allowed]
try:
    # A hash per module that a script imports, and versions of its libraries.
    for rule_, code_ in zip(tracked, code_fingerprints(map(script_of, tracked)), strict=True):
        rule_.set_params(named=params_by_name(rule_), code=code_)
except FingerprintError as error:
    sys.exit(str(error))
