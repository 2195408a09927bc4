"""Holds a crate against its profiles by the roc-validator package, without a network."""

import io
import json
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from rocrate import vocabs
from rocrate_validator.models import Severity, ValidationSettings
from rocrate_validator.services import validate
from urllib3.response import HTTPResponse

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
# Where the context of RO-Crate 1.1 differs, in terms that a crate uses, from that of 1.3, which is
# the one that the rocrate package holds.
TERMS_OF_1_1 = {
    "ComputationalWorkflow": "https://bioschemas.org/ComputationalWorkflow",
    "FormalParameter": "https://bioschemas.org/FormalParameter",
    "input": "https://bioschemas.org/ComputationalWorkflow#input",
    "output": "https://bioschemas.org/ComputationalWorkflow#output",
}


class _ContextAdapter(HTTPAdapter):
    """Answers a request for the context from the rocrate package."""

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:
        terms = vocabs.RO_CRATE["@context"] | TERMS_OF_1_1
        answer = HTTPResponse(
            io.BytesIO(json.dumps({"@context": terms}).encode()),
            headers={"Content-Type": "application/ld+json"},
            status=200,
            preload_content=False,
            request_url=request.url,
        )
        return self.build_response(request, answer)


def find_faults(crate: Path, scratch: Path, level: Severity = Severity.REQUIRED) -> list[str]:
    """Faults of a crate by Provenance Run Crate and the profiles that it builds on, in words.

    The validator carries its profiles, but fetches the context that a crate names. Offline it takes
    it from its cache, which is filled here: the network is neither needed nor asked. It is led to
    the crate by a link, since it takes a space in the path for a fault of the crate.
    """
    cache, link = scratch / "contexts", scratch / f"crate{crate.suffix}"
    link.unlink(missing_ok=True)
    link.symlink_to(crate)
    with CachedSession(str(cache), backend="sqlite", expire_after=-1) as session:
        session.mount("https://", _ContextAdapter())
        session.get(CONTEXT)
    result = validate(
        ValidationSettings(
            rocrate_uri=str(link),
            profile_identifier="provenance-run-crate",
            requirement_severity=level,
            cache_path=cache,
            offline=True,
        )
    )
    return sorted(
        f"{issue.violatingEntity}: {issue.message}" if issue.violatingEntity else issue.message
        for issue in result.get_issues()
    )
