# The workflow itself is workflow/Snakefile.


include: "workflow/Snakefile"
