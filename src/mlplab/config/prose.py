"""The prose of the reference of the configuration, around the tables of its keys."""

from __future__ import annotations

from typing import get_args

from mlplab.config.checks import GRID_EXPERIMENT
from mlplab.config.fields import LARGEST_COUNT
from mlplab.features.spaces import AUTO, DistanceScaling

_SCALINGS = ", ".join(f"`{name}`" for name in get_args(DistanceScaling))

HEAD = f"""# Configuration

<!-- Written by `make schema` from the models in src/mlplab/config/; change it there. -->

`config/config.yaml` describes the default run and holds every key. Lay over it what differs: a
file with `--configfile my.yaml`, or single values with `--config seeds='[0, 1, 2]'`. Sections are
merged key by key; lists are replaced as a whole.

`experiments`, `networks` and `cost_quality.settings` hold entries under names that you choose. A
new experiment needs `input_spaces` and `epochs`; other keys that it leaves out take the value in
`experiment_defaults`. A new network or setting needs every key.

Null in place of an entry removes it. An entry that another key names stays until that key names
another one, so this file removes two experiments and compares the scalings of a third:

```yaml
experiments:
  article_c_other_clusters: null
  distance_scalings: null
comparison:
  scalings: article_c_clusters
```

Claims that need a removed entry are then "not tested". On the command line, write
`--config experiments='{{article_c_other_clusters: null}}'`. A section cannot be removed; leave its
key out to keep what `config/config.yaml` says.

The workflow checks everything before the first job. One message lists all faults, each with the
path of its key, what was found and what is allowed:

```
the configuration has 3 fault(s):
  - train.batch_size: found 500; allowed: no such key; did you mean batch_sizes?
  - networks.article_a.momentum: found 1; allowed: below 1
  - train.batch_sizes[0]: found 0; allowed: at least 1
```

Keys of earlier versions are refused with their new name.

Editors with a YAML language server complete and check the keys with `config/schema.json`. Begin a
file of your own with `# yaml-language-server: $schema=<path to>/config/schema.json`.

Snakemake reads a file given with `--configfile` before this workflow does. If it ends with a
traceback, or only says that the file "is not valid JSON or YAML", run
`python -m mlplab.config my.yaml`: it names the fault and its line. It checks the keys and values of
any file that you lay over, and runs nothing.

Key paths are written with dots; `<name>` is a name that you choose, `[ ]` an entry of a list. A
default is the value in `config/config.yaml`. Whole numbers that count something are at most
{LARGEST_COUNT:,}.
"""

TAIL = f"""## Input spaces

| name | what a network sees of an image |
|---|---|
| `pixels` | its pixels, scaled by `scale.numpy` |
| `clusters-<K>` | distances to the K centres of k-means, scaled by `transform.scaling` |
| `clusters-{AUTO}` | the same for the K that the sweep chooses |
| `clusters-<K>-<scaling>` | the same with the scaling in the name: {_SCALINGS} |
| `clusters-<K>-raw` | the same to centres among pixels / 255, from a fit of its own |
| `clusters-<K>-raw-<scaling>` | both |
| `pca-<d>` | d principal components |
| `pca-<d>-whitened` | the same, each divided by its standard deviation |
| `pca-<d>-halfwhitened` | the same, each divided by the square root of its standard deviation |
| `projection-<d>` | projections on d random directions |
| `images-<d>` | distances to d random training images |

## What keys must satisfy together

- `train.network`, `experiment_defaults.network` and the `network` of every experiment are names in
  `networks`.
- `transform.k_values` are among `cluster.k_values`, or `{AUTO}`; so is the K of every
  `clusters-<K>` in `experiments`. `benchmark.cluster_k` is among `transform.k_values`.
- `benchmark.variants` holds `numpy`, to which all are compared.
- The names in `comparison` are those of `experiments`; no experiment is called
  `{GRID_EXPERIMENT}`, and none of `keras_experiments` as one of `experiments`.
- `reference` and `against_reference` have the same seeds, `reference` has one input space,
  `controls` and `l2_rule` have `n_validation` images, all but `l2_rule` have one of `l2_factors`;
  `reference`, `against_reference` and `scalings` have `test_every_epoch`. `comparison.choose_at`
  are epochs of `comparison.published`. `comparison.learning_rates` have the same seeds.
- `scale.n_train` and `scale.n_test` are at most the images there are, every batch size at most the
  training images that are not kept for validation, every K less than the images that are
  clustered, `silhouette.error_samples` at most these.
- `search.stages` have no more trials from stage to stage. The names in `search.space.input_spaces`
  have a number of features, at most `search.max_features`; at least as many training images are
  left beside `search.n_validation`. `pca-<d>` has at most as many components as there are pixels
  and images.
"""
