# The workflow is workflow/Snakefile, whose default target holds here too.
include: "workflow/Snakefile", overwrite_default_target=True
