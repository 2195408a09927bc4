# The workflow is workflow/Snakefile, whose default target holds here too. Joined to this folder, since
# Snakemake looks for a plain path in the root of the disk where this file comes from a repository.
include: workflow.current_basedir.join("workflow/Snakefile"), overwrite_default_target=True
