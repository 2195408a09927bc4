"""What a run found, in sentences made from its tables, and on which machine it was found.

``sentences`` reads tables, ``origin`` the records beside them, ``rendering`` writes both down.
"""

from mlplab.findings.origin import describe_origin
from mlplab.findings.rendering import render_findings
from mlplab.findings.sentences import find

__all__ = ["describe_origin", "find", "render_findings"]
