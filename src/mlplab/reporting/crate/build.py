"""The research object of a run: what the crate as a whole says, and its parts put together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mlplab.reporting.citation import Citation
from mlplab.reporting.crate.actions import COMPLETED, Actions
from mlplab.reporting.crate.entities import Entity, ROCrate, add_entity, add_software, unpacked
from mlplab.reporting.crate.files import TRACES, RunFiles
from mlplab.reporting.crate.records import RecordedFile, RecordedRun
from mlplab.reporting.crate.sources import SNAKEFILE, locked_version

# What the validator knows; 0.6 builds on RO-Crate 1.3, which maps ComputationalWorkflow anew.
_RO_CRATE = "1.1"
_PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
# Terms that the context of RO-Crate 1.1 lacks. In words, not as the address of the profiles'
# context: a reader then needs no second document.
_TERMS = {
    "sha256": "https://w3id.org/ro/terms/workflow-run#sha256",
    "resourceUsage": "https://w3id.org/ro/terms/workflow-run#resourceUsage",
    "creditText": "http://schema.org/creditText",
}
_CONFIG = "config.yaml"
# The last table of a run: where it is, the run is finished.
_LAST = "tables/claims.csv"
_WITH_ADDRESS = re.compile(r"(?P<name>[^<>]+?)\s*<(?P<address>https?://[^<>\s]+)>")


@dataclass(frozen=True)
class Crate:
    """A research object, the paths in the run's folder that it holds, and what it cannot tell."""

    crate: ROCrate
    paths: tuple[str, ...]
    notices: tuple[str, ...]

    def metadata(self) -> str:
        """The content of ``ro-crate-metadata.json``; what is half a character becomes ``?``."""
        text = json.dumps(self.crate.metadata.generate(), indent=1, ensure_ascii=False)
        return text.encode(errors="replace").decode() + "\n"


def build_crate(
    run: RecordedRun, citation: Citation, *, agent: str | None = None, with_arrays: bool = True
) -> Crate:
    """Describe a run whose ``source/`` is in place; writes nothing.

    Parameters
    ----------
    run : of :func:`mlplab.reporting.crate.records.read_run`; has at least one job
    citation : licence, authors and references of the workflow
    agent : who started the run, as ``Name`` or ``Name <https://orcid.org/…>``
    with_arrays : whether the crate holds the arrays, or only tells their hashes
    """
    crate = ROCrate(version=_RO_CRATE)
    crate.metadata.extra_terms.update(_TERMS)
    files = RunFiles(crate, run, with_arrays=with_arrays)
    files.add_all()
    starter = _add_agent(crate, agent) if agent else None
    authors = [
        add_entity(crate, f"#author/{number}", "Organization", name=name)
        for number, name in enumerate(citation.authors, 1)
    ]
    _describe_root(crate, run, citation, starter)
    engine = _add_workflow(crate, run, citation, authors)
    action = _add_run(crate, run, files, starter)
    done = Actions(crate, files, starter).add(run.jobs, engine, action)
    crate.root_dataset["mentions"] = unpacked([action, *done])
    _add_traces(crate, run.folder, action)
    notices = [*run.notices, *_missing_words(run, files, agent)]
    return Crate(crate, tuple(files.paths()), tuple(notices))


def run_name(folder: Path) -> str:
    """The run's name: what its configuration says, else that of its folder."""
    try:
        config = yaml.safe_load((folder / _CONFIG).read_text(encoding="utf-8"))
        return str(config["run"])
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        return folder.resolve().name


def _describe_root(
    crate: ROCrate, run: RecordedRun, citation: Citation, agent: Entity | None
) -> None:
    root = crate.root_dataset
    name = run_name(run.folder)
    root["name"] = f"mlplab, run {name}"
    root["description"] = (
        f"The run {name} of the workflow {citation.title}: results, configuration, the workflow, "
        "and how each job made what from what"
    )
    root["datePublished"] = max(job.ended for job in run.jobs)
    root["license"] = add_entity(
        crate, citation.license_url, "CreativeWork", name=citation.license, url=citation.license_url
    )
    root["creditText"] = f"{citation.message} {citation.text}"
    root["conformsTo"] = [
        add_entity(crate, address, "CreativeWork", name=title, version=address.rsplit("/", 1)[1])
        for address, title in _PROFILES.items()
    ]
    if citation.references:
        root["citation"] = unpacked(
            [
                add_entity(
                    crate,
                    reference.url or f"#reference/{number}",
                    "CreativeWork",
                    name=reference.title,
                    creditText=reference.text,
                    description=reference.note or reference.text,
                )
                for number, reference in enumerate(citation.references, 1)
            ]
        )
    if agent is not None:
        root["author"] = agent


def _add_workflow(
    crate: ROCrate, run: RecordedRun, citation: Citation, authors: list[Entity]
) -> Entity:
    """The Snakefile as the main workflow; returns the engine that ran it."""
    version = locked_version(run.folder, "snakemake")
    properties: dict[str, Any] = {
        "name": citation.title,
        "encodingFormat": "text/plain",
        "author": unpacked(authors),
        "license": {"@id": citation.license_url},
        "version": run.commits[0] if run.commits else citation.version,
        "conformsTo": add_entity(
            crate,
            "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE",
            "CreativeWork",
            name="Bioschemas ComputationalWorkflow profile",
        ),
    }
    if (file := crate.dereference(SNAKEFILE)) is not None:
        properties["contentSize"] = file["contentSize"]
    if citation.url:
        properties["url"] = citation.url
    workflow = crate.add_workflow(
        run.folder / SNAKEFILE,
        SNAKEFILE,
        main=True,
        lang="snakemake",
        lang_version=version,
        properties=properties,
    )
    workflow.properties()["@type"] = [
        "File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo",
    ]  # fmt: skip
    return add_software(crate, "snakemake", version)


def _add_run(crate: ROCrate, run: RecordedRun, files: RunFiles, agent: Entity | None) -> Entity:
    """The run as a whole: what it read from elsewhere, and what no job of it read again."""
    written = {file.path for job in run.jobs for file in job.outputs}
    read = {file.path for job in run.jobs for file in job.inputs}
    given = _distinct(
        file
        for job in run.jobs
        for file in job.inputs
        if not file.inside or file.path not in written
    )
    kept = _distinct(
        file
        for job in run.jobs
        for file in job.outputs
        if file.path not in read or file.path.startswith("tables/")
        if file.inside and file.path != _CONFIG
    )
    objects = [files.entity(file) for file in given]
    config = crate.dereference(_CONFIG)
    if config is not None:
        config["name"] = f"{_CONFIG}: the merged configuration of the run"
        objects.append(config)
    action = add_entity(
        crate,
        "#run",
        "CreateAction",
        name=f"Run {run_name(run.folder)}",
        description="All jobs whose results are here, from the first start to the last end. "
        "Several calls of Snakemake may have run them",
        instrument=crate.mainEntity,
        startTime=min(job.started for job in run.jobs),
        endTime=max(job.ended for job in run.jobs),
    )
    if kept:
        action["result"] = unpacked([files.entity(file) for file in kept])
    if objects:
        action["object"] = unpacked(objects)
    if agent is not None:
        action["agent"] = agent
    if (run.folder / _LAST).is_file():
        action["actionStatus"] = COMPLETED
    return action


def _add_traces(crate: ROCrate, folder: Path, action: Entity) -> None:
    for name, what in TRACES.items():
        if (folder / name).is_dir():
            crate.add_dataset(
                folder / name, f"{name}/", properties={"name": what, "about": {"@id": action.id}}
            )


def _add_agent(crate: ROCrate, text: str) -> Entity:
    found = _WITH_ADDRESS.fullmatch(text.strip())
    if found:
        return add_entity(crate, found["address"], "Person", name=found["name"])
    return add_entity(crate, "#agent", "Person", name=text.strip())


def _missing_words(run: RecordedRun, files: RunFiles, agent: str | None) -> list[str]:
    notices = []
    if not (run.folder / _LAST).is_file():
        notices.append(f"{_LAST} is missing: the run is not finished, and the crate claims no end")
    unrecorded = files.unrecorded()
    if unrecorded:
        notices.append(
            f"no record of {_count(len(unrecorded), 'file')}, such as {unrecorded[0]}: listed "
            "without hash and job"
        )
    if files.names_left_out:
        notices.append(
            f"{_count(len(files.names_left_out), 'file')} left out, whose names are not UTF-8"
        )
    if not agent:
        notices.append(
            'nobody is named as the one who started the run; add --agent "Name" (AGENT="Name" '
            "with make)"
        )
    return notices


def _distinct(files: Iterable[RecordedFile]) -> list[RecordedFile]:
    return list(dict.fromkeys(files))


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")
