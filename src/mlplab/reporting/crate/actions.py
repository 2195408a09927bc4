"""What happened in a run: a job is an action, its rule a step, its script the tool of that step."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from mlplab.reporting.crate.entities import (
    Entity,
    ROCrate,
    add_entity,
    add_software,
    unpacked,
)
from mlplab.reporting.crate.files import RunFiles
from mlplab.reporting.crate.records import RecordedJob
from mlplab.reporting.crate.sources import SNAKEFILE, SOURCE

# As the profiles spell it: a text, not a reference.
COMPLETED = "http://schema.org/CompletedActionStatus"
# The code of the second in the UN/CEFACT list that schema.org asks for.
_SECONDS = "SEC"


class Actions:
    """Adds jobs, steps and tools to a crate.

    Parameters
    ----------
    crate : its main workflow is set
    files : of the run
    agent : who started the run; None if nobody says
    """

    def __init__(self, crate: ROCrate, files: RunFiles, agent: Entity | None) -> None:
        self._crate = crate
        self._files = files
        self._agent = {} if agent is None else {"agent": agent}
        self._steps: dict[str, Entity] = {}
        self._tools: dict[str, Entity] = {}
        self._requirements: dict[str, dict[str, Entity]] = {}

    def add(self, jobs: Sequence[RecordedJob], engine: Entity, run: Entity) -> list[Entity]:
        """All jobs as actions, which this returns, and the engine's action that led them.

        ``run`` is the action that stands for the whole run.
        """
        done = [self._add_job(job) for job in jobs]
        controls = [
            self._add(
                f"#control/{job.identifier}",
                "ControlAction",
                name=f"Snakemake runs {job.rule}",
                instrument=self._steps[job.rule],
                object=action,
                actionStatus=COMPLETED,
            )
            for job, action in zip(jobs, done, strict=True)
        ]
        workflow = self._crate.mainEntity
        workflow["hasPart"] = unpacked(list(self._tools.values()))
        workflow["step"] = unpacked(list(self._steps.values()))
        for script, tool in self._tools.items():
            if needed := self._requirements[script]:
                tool["softwareRequirements"] = unpacked([needed[name] for name in sorted(needed)])
        self._add(
            "#engine",
            "OrganizeAction",
            name="Snakemake leads the jobs of the run",
            instrument=engine,
            object=unpacked(controls),
            result=run,
            startTime=run["startTime"],
            endTime=run["endTime"],
            **self._agent,
        )
        return done

    def _add_job(self, job: RecordedJob) -> Entity:
        tool = self._tool(job)
        self._step(job.rule, tool)
        chosen = ", ".join(f"{name}={value}" for name, value in job.wildcards.items())
        action = self._add(
            f"#job/{job.identifier}",
            "CreateAction",
            name=f"{job.rule} ({chosen})" if chosen else job.rule,
            description=f"Job of the rule {job.rule}. {job.conditions}",
            instrument=tool,
            startTime=job.started,
            endTime=job.ended,
            actionStatus=COMPLETED,
            **self._agent,
        )
        read = [self._files.entity(file) for file in job.inputs]
        read += [self._parameter(name, value) for name, value in job.parameters.items()]
        if read:
            action["object"] = unpacked(read)
        action["result"] = unpacked([self._files.entity(file) for file in job.outputs])
        used = {"seconds": job.seconds, "cpu_seconds": job.cpu_seconds}
        action["resourceUsage"] = unpacked(
            [
                self._add(
                    f"#{name}/{job.identifier}",
                    "PropertyValue",
                    name=name,
                    propertyID=name,  # as the record calls it; results/README.md says what it is
                    value=value,
                    unitCode=_SECONDS,
                )
                for name, value in used.items()
                if value is not None
            ]
        )
        if job.record and (record := self._crate.dereference(quote(job.record))):
            record["about"] = action
            record["name"] = f"Record of a job of the rule {job.rule}"
        return action

    def _tool(self, job: RecordedJob) -> Entity:
        """The script of a job; what its jobs needed is gathered until all are known."""
        script = job.script or ""
        if script not in self._tools:
            # Where another workflow uses this one as a module, the path is that of a cache.
            name = f"workflow/scripts/{PurePosixPath(script).name}"
            places = [self._crate.dereference(quote(f"{SOURCE}/{p}")) for p in (script, name)]
            entity = next((place for place in places if place and script), None)
            if entity is None:
                label = script or f"the script of {job.rule}"
                entity = self._add(f"#script/{quote(label)}", "SoftwareSourceCode", name=label)
            else:
                entity.properties()["@type"] = ["File", "SoftwareSourceCode"]
                entity["programmingLanguage"] = "Python"
            if job.commit:
                entity["version"] = job.commit
            self._tools[script], self._requirements[script] = entity, {}
        needed = self._requirements[script]
        for name, version in job.libraries.items():
            needed.setdefault(f"{name} {version}", add_software(self._crate, name, version))
        return self._tools[script]

    def _step(self, rule: str, tool: Entity) -> None:
        if rule not in self._steps:
            self._steps[rule] = self._add(
                f"{SNAKEFILE}#{quote(rule)}",
                "HowToStep",
                name=rule,
                position=str(len(self._steps) + 1),
                workExample=tool,
            )

    def _parameter(self, name: str, value: Any) -> Entity:
        """A parameter and its value; jobs with the same value share one entity."""
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        known = hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]
        identifier = f"#parameter/{quote(name)}/{known}"
        found: Entity | None = self._crate.dereference(identifier)
        return found or self._add(identifier, "PropertyValue", name=name, value=text)

    def _add(self, identifier: str, kind: str, **properties: Any) -> Entity:
        return add_entity(self._crate, identifier, kind, **properties)
