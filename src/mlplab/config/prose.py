"""What the reference of the configuration says beside the tables of its keys."""

from __future__ import annotations

from typing import get_args

from mlplab.config.checks import GRID_EXPERIMENT
from mlplab.config.fields import LARGEST_COUNT
from mlplab.features.spaces import AUTO, DistanceScaling

_SCALINGS = ", ".join(f"`{name}`" for name in get_args(DistanceScaling))

HEAD = f"""# Configuration

<!-- Written by `make schema` from the models in src/mlplab/config/; change it there. -->

A run is described by `config/config.yaml`, which holds every key. What differs is laid over it: a
file with `--configfile my.yaml`, or single values with `--config seeds='[0, 1, 2]'`. Lists are
replaced as a whole, sections are merged key by key.

Everything is checked before the first job. All faults come in one message, each with the path of
its key, what was found and what is allowed:

```
the configuration has 3 fault(s):
  - train.batch_size: found 500; allowed: no such key; did you mean batch_sizes?
  - train.numpy.momentum: found 1; allowed: below 1
  - train.batch_sizes[0]: found 0; allowed: at least 1
```

Editors with a YAML language server complete and check the keys by `config/schema.json`. A file of
your own that is laid over begins with
`# yaml-language-server: $schema=<path to>/config/overlay.schema.json`.

Snakemake reads a file given with `--configfile` before this workflow does. Where it only says that
the file "is not valid JSON or YAML", or ends with a traceback since the file is not there or is no
text, `python -m mlplab.config my.yaml` tells what is wrong, and where. It checks the keys and
values of any file that is to be laid over, and runs nothing.

Paths of keys are written with dots; `<name>` is a name that you choose, `[ ]` an entry of a list.
A default is what holds if no file has the key. Whole numbers that count something are at most
{LARGEST_COUNT:,}.
"""

TAIL = f"""## Input spaces

| name | what a network sees of an image |
|---|---|
| `pixels` | its pixels, scaled as `scale.numpy` says |
| `clusters-<K>` | distances to the K centres of k-means, scaled as `transform.scaling` says |
| `clusters-{AUTO}` | the same for the K that the sweep chooses |
| `clusters-<K>-<scaling>` | the same, scaled as the name says: {_SCALINGS} |
| `pca-<d>` | d principal components |
| `pca-<d>-whitened` | the same, each divided by its standard deviation |
| `pca-<d>-halfwhitened` | the same, each divided by the square root of its standard deviation |
| `projection-<d>` | projections on d random directions |
| `images-<d>` | distances to d random training images |

## What keys must satisfy together

- `transform.k_values` are among `cluster.k_values`, or `{AUTO}`; so is the K of every
  `clusters-<K>` in `experiments`. `benchmark.cluster_k` is among `transform.k_values`.
- `benchmark.variants` holds `numpy`, to which all are compared.
- The names in `comparison` are those of `experiments`; no experiment is called
  `{GRID_EXPERIMENT}`. `reference` and `against_reference` have the same seeds and are `exclusive`,
  `reference` has one input space, `controls` and `l2_rule` have `n_validation` images, all but
  `l2_rule` have one of `l2_factors`; `reference`, `against_reference` and `scalings` have
  `test_every_epoch`.
- `scale.n_train` and `scale.n_test` are at most the images there are, every batch size at most the
  training images that are not kept for validation, every K less than the images that are
  clustered, `silhouette.error_samples` at most these.
- `search.stages` have no more trials from stage to stage; `search.space.input_spaces` name a number
  of features, at most `search.max_features`, and so many training images are left beside
  `search.n_validation`. `pca-<d>` has at most as many components as there are pixels and images.
"""
