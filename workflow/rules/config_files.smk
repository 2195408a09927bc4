# The files of the configuration as text, before Snakemake reads config/config.yaml: it does not tell
# the line of what is no YAML, and of a key that stands twice it keeps the last.
import os
import sys

from mlplab.config.faults import ConfigError
from mlplab.config.files import check_config_files

try:
    check_config_files(
        [*filter(os.path.exists, ["config/config.yaml"]), *workflow.configfiles]
        if not workflow.modifier.skip_configfile
        else []
    )
except ConfigError as error:
    sys.exit(str(error))
