"""What happened in a run: a job is an action, its rule a step, its script the tool of that step."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from rocrate.model.contextentity import ContextEntity
from rocrate.model.entity import Entity
from rocrate.rocrate import ROCrate

from mlplab.reporting.crate.files import RunFiles
from mlplab.reporting.crate.records import RecordedJob
from mlplab.reporting.crate.sources import SNAKEFILE, SOURCE

# As the profiles spell it: a text, not a reference.
COMPLETED = "http://schema.org/CompletedActionStatus"
# The code of the second in the UN/CEFACT list that schema.org asks for.
_SECONDS = "SEC"


def unpacked(values: Sequence[Any]) -> Any:
    """A single value instead of a list of one, as RO-Crate 1.1 recommends."""
    return values[0] if len(values) == 1 else list(values)


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
            self._entity(
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
        self._entity(
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
        action = self._entity(
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
                self._entity(
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
            entity = self._crate.dereference(quote(f"{SOURCE}/{script}")) if script else None
            if entity is None:
                label = script or f"the script of {job.rule}"
                entity = self._entity(f"#script/{quote(label)}", "SoftwareSourceCode", name=label)
            else:
                entity.properties()["@type"] = ["File", "SoftwareSourceCode"]
                entity["programmingLanguage"] = "Python"
            if job.commit:
                entity["version"] = job.commit
            self._tools[script], self._requirements[script] = entity, {}
        needed = self._requirements[script]
        for name, version in job.libraries.items():
            needed.setdefault(f"{name} {version}", software(self._crate, name, version))
        return self._tools[script]

    def _step(self, rule: str, tool: Entity) -> None:
        if rule not in self._steps:
            self._steps[rule] = self._entity(
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
        return found or self._entity(identifier, "PropertyValue", name=name, value=text)

    def _entity(self, identifier: str, kind: str, **properties: Any) -> Entity:
        return self._crate.add(
            ContextEntity(self._crate, identifier, properties={"@type": kind, **properties})
        )


def software(crate: ROCrate, name: str, version: str | None) -> Entity:
    """A package of PyPI as an application, once for each version."""
    address = f"https://pypi.org/project/{quote(name)}/" + (f"{quote(version)}/" if version else "")
    properties = {"@type": "SoftwareApplication", "name": name, "url": address}
    if version:
        properties["softwareVersion"] = version
    found: Entity | None = crate.dereference(address)
    return found or crate.add(ContextEntity(crate, address, properties=properties))
