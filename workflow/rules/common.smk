# Helpers of the rules: the typed configuration, names of files and of input spaces.
import os
import re
import sys


from mlplab.config.checks import GRID_EXPERIMENT
from mlplab.config.faults import ConfigError
from mlplab.config.loading import load_config
from mlplab.benchmark.registry import VARIANTS
from mlplab.config.benchmark import DEEP_VARIANTS
from mlplab.config.fields import AUTO
from mlplab.data.errors import DataError
from mlplab.data.own import check_dates, content_checksums, find_data
from mlplab.data.registry import ROLES, load_registry
from mlplab.machine.processors import available_threads, gpu_present
from mlplab.provenance.records import ALL_SLOTS
from mlplab.features.spaces import parse_space

try:
    DATASETS = load_registry(workflow.source_path("../../config/datasets.yaml"))
    CONFIG = load_config(config, DATASETS, CONFIG_FILES)
    DATA = find_data(CONFIG.dataset, DATASETS)
    check_dates(DATA.own_files)
    # Snakemake looks at the content of newer files only, and a file may be replaced by an older one.
    OWN_CONTENT = content_checksums(DATA.own_files) if DATA.own_files else None
except (ConfigError, DataError) as error:
    sys.exit(str(error))

# Jobs may run on other machines; each looks for a GPU itself.
if CONFIG.benchmark.device == "gpu" and private.is_whole_run(workflow) and not gpu_present():
    sys.exit(
        "benchmark.device: found 'gpu', but nvidia-smi lists no GPU on this machine; allowed: "
        "cpu, or gpu where there is one with its driver"
    )

DATASET = DATA.spec.model_dump(mode="json") if DATA.spec else None
# Own files are read where they lie; those of a data set with a name are fetched first.
DOWNLOADS = (
    [f"resources/{DATA.name}/{DATA.spec.files[role].name}" for role in ROLES] if DATA.spec else []
)
DATA_FILES = DOWNLOADS or list(DATA.own_files)
RESULTS = f"results/{CONFIG.run}"
PARTS = ["train", "test"]
# Measured jobs run alone: on one machine they take every slot of the run, on SLURM a node.
OWN_NODE = "--exclusive"
ALONE = {"slot": ALL_SLOTS, "slurm_extra": OWN_NODE}
# Slots of a job with one thread: as many run side by side as there are processors. A job without
# slots would run beside those that must run alone.
ONE_PROCESSOR = max(1, ALL_SLOTS // available_threads())
# Snakemake lowers it to the cores of the run. workflow.cores is missing on a cluster, and on a node
# differs from the number that the job requested.
ALL_CORES = 64
# Priority of jobs that start a long chain or need the whole machine: run last, they would leave
# processors idle.
EARLY = 1

for path_ in DATA.own_files:
    if "{" in path_:
        sys.exit(
            f"dataset: found a brace in {path_}, which Snakemake reads as a wildcard; allowed: a "
            "path without braces, such as a link to the file"
        )

if os.path.lexists(RESULTS) and not os.path.isdir(RESULTS):
    sys.exit(
        f"{RESULTS}: found a file; allowed: a folder for results; move the file, or choose another `run`"
    )


wildcard_constraints:
    k=r"\d+|auto",
    seed=r"\d+",
    batch_size=r"\d+",
    scaling=r"[a-z]+",
    space=r"(pixels|clusters|pca|projection|images)-[a-z0-9-]+",
    components=r"pca-\d+(-[a-z]+)?",
    input_space=r"[a-z0-9-]+",
    random_space=r"(projection|images)-\d+",
    rescaling=r"(-(?!raw)[a-z]+)?",
    stage=r"\d+",
    place=r"\d+",
    l2_factor=r"[0-9.]+(e[+-]?[0-9]+)?",
    framework=r"numpy|keras",
    experiment=r"[A-Za-z0-9_-]+",
    part=r"train|test",
    variant=r"[a-z_]+",
    setting=r"[A-Za-z0-9_-]+",
    direction=r"forwards|backwards",


def own_file(path):
    """A file of this project from the working folder, where another workflow may be at home."""
    return private.local_path(workflow, workflow.current_basedir.join(f"../../{path}"))


def features(space, part, seed=CONFIG.seeds[0]):
    """The features of a space; where they depend on chance, those of a seed."""
    folder = f"{space}/seed-{seed}" if parse_space(space).is_random else space
    return f"{RESULTS}/data/{folder}/x_{part}.npy"


def features_of(part):
    """For inputs: a function that finds the features for the job's space and seed."""
    return lambda wildcards: features(wildcards.space, part, wildcards.seed)


def pixel_space(purpose):
    """The name of the pixel space for a purpose: numpy, keras or cluster."""
    return f"pixels-{getattr(CONFIG.scale, purpose)}"


CLUSTER_FITS = [
    {"k": k, "seed": seed} for k in CONFIG.cluster.k_values for seed in CONFIG.cluster.seeds
]
# The K to train on that are known before the sweep has chosen one.
FITTED_K = [k for k in CONFIG.transform.k_values if k != AUTO] or [CONFIG.cluster.k_values[0]]
CLUSTER_SPACES = [f"clusters-{k}" for k in CONFIG.transform.k_values]


def numpy_histories():
    """A history of the NumPy network for every input space, batch size and seed."""
    return expand(
        f"{RESULTS}/training/numpy/{{space}}/batch-{{batch_size}}-seed-{{seed}}.csv",
        space=[pixel_space("numpy"), *CLUSTER_SPACES],
        batch_size=CONFIG.train.batch_sizes,
        seed=CONFIG.seeds,
    )


def keras_histories():
    """The histories in Keras of every input space, all batch sizes and seeds in one."""
    spaces = [pixel_space("keras"), *CLUSTER_SPACES]
    return expand(f"{RESULTS}/training/keras/{{space}}.csv", space=spaces)


def keras_pixels(part, experiment):
    """The pixels for Keras, once for every seed of an experiment there."""
    return [features(pixel_space("keras"), part)] * len(CONFIG.keras_experiments[experiment].seeds)


def reference_model(l2, timed):
    """The reference model of trainings in Keras, for params."""
    network = CONFIG.network_of(CONFIG.train)
    return dict(
        hidden_layer_sizes=list(network.hidden_layer_sizes),
        l2=l2,
        n_pixels=DATA.size.n_pixels,
        scale_l2_with_inputs=network.scale_l2_with_inputs,
        n_threads=CONFIG.train.n_threads if timed else 1,
        timed=timed,
    )


def schedule(rounds, **settings):
    """How often and how long a job measures."""
    return dict(rounds=rounds, seed=CONFIG.seeds[0], **settings)


def ladder_schedule():
    """The same for the steps of the ladder."""
    ladder = CONFIG.ladder
    return schedule(
        ladder.rounds, measurement_seconds=ladder.measurement_seconds, retries=ladder.retries
    )


def batch_size_measurements(extension):
    """A file for every batch size on pixels, and for some on cluster distances."""
    pattern = f"{RESULTS}/measurements/{{space}}/batch-{{batch_size}}.{extension}"
    return [
        pattern.format(space=space, batch_size=batch_size)
        for space, batch_sizes in (
            (pixel_space("numpy"), CONFIG.benchmark.batch_sizes),
            (f"clusters-{CONFIG.benchmark.cluster_k}", CONFIG.benchmark.cluster_batch_sizes),
        )
        for batch_size in batch_sizes
    ]


def deep_model_space(variant):
    """The pixel space of a variant of the deep model, in the scaling of its framework."""
    return pixel_space("numpy" if variant == "numpy" else "keras")


def network_of(training):
    """The settings of the network of a training, for params."""
    return CONFIG.network_of(training).model_dump(mode="json")


def experiment_network(wildcards):
    """The settings of the network of the job's experiment, for params."""
    return network_of(CONFIG.experiments[wildcards.experiment])


def experiment_settings(wildcards):
    """How long, in which batches and with which measurements the job's experiment is trained."""
    keys = {"epochs", "batch_size", "n_validation", "measure_every", "test_every_epoch", "engine"}
    return CONFIG.experiments[wildcards.experiment].model_dump(mode="json", include=keys)


def grid_settings(wildcards):
    """The same for a training of `train`."""
    return {
        "epochs": CONFIG.train.epochs,
        "batch_size": int(wildcards.batch_size),
        "engine": CONFIG.train.engine,
    }


def keras_results(names=tuple(CONFIG.keras_experiments)):
    """The histories of experiments in Keras, all seeds of each in one."""
    return [f"{RESULTS}/training/keras_experiments/{name}.csv" for name in names]


def threads_of(training):
    """Threads of a training, by its section; those that run side by side have one each."""
    return CONFIG.train.n_threads if training.exclusive else 1


def slots_of(training):
    """All slots, or as many as leave room for a training on every processor."""
    return ALL_SLOTS if training.exclusive else ONE_PROCESSOR


def node_of(training):
    """Options for SLURM beside processors: a node of its own, or nothing."""
    return OWN_NODE if training.exclusive else ""


def experiment_threads(wildcards):
    """Threads of a training of the job's experiment."""
    return threads_of(CONFIG.experiments[wildcards.experiment])


def experiment_slots(wildcards):
    """Slots of a training of the job's experiment."""
    return slots_of(CONFIG.experiments[wildcards.experiment])


def experiment_node(wildcards):
    """Options for SLURM beside processors for a training of the job's experiment."""
    return node_of(CONFIG.experiments[wildcards.experiment])


def search_places(stage):
    """A file for every trial of a stage of the search; the first, 1, has none before it."""
    if stage == 0:
        return []
    return expand(
        f"{RESULTS}/search/stage-{stage}/place-{{place}}.csv",
        place=range(CONFIG.search.stages[stage - 1].trials),
    )


def experiment_trainings(names):
    """Every input space, factor of λ₂ and seed of experiments of their own."""
    return [
        {
            "experiment": name,
            "space": pixel_space("numpy") if space == "pixels" else space,
            "l2_factor": factor,
            "seed": seed,
        }
        for name in names
        for space in CONFIG.experiments[name].input_spaces
        for factor in CONFIG.experiments[name].l2_factors
        for seed in CONFIG.experiments[name].seeds
    ]


def experiment_results(extension, names=tuple(CONFIG.experiments)):
    """A file for each of these trainings."""
    pattern = f"{RESULTS}/training/experiments/{{experiment}}/{{space}}"
    name = f"l2-{{l2_factor:.15g}}-seed-{{seed}}.{extension}"
    return [f"{pattern}/{name}".format(**training) for training in experiment_trainings(names)]


def fits_of(names):
    """The rows of k-means for the cluster distances of experiments; those of K "auto" have none."""
    spaces = {
        (parse_space(training["space"]), training["seed"])
        for training in experiment_trainings(names)
    }
    return sorted(
        f"{RESULTS}/models/clusters/{space.fit_name}-seed-{seed}.csv"
        for space, seed in spaces
        if space.kind == "clusters" and not space.is_chosen
    )


# Experiments whose times are compared.
TIMED = [CONFIG.comparison.reference, CONFIG.comparison.against_reference]
# These, and those measured after every epoch: the articles' own trainings.
DRAWN_ONE_BY_ONE = [
    name
    for name, run in CONFIG.experiments.items()
    if name in TIMED or run.exclusive or run.measure_every == 1
]


# Labels and colours of variants, as the module of each declares them.
VARIANT_STYLES = {
    name: {key: getattr(variant, key) for key in ("label", "color", "marker", "linestyle")}
    for name, variant in VARIANTS.items()
}

# What a wildcard stands for in the names of tables and figures.
INSTANCES = {
    (): [{}],
    ("k",): [{"k": k} for k in CONFIG.transform.k_values],
    ("experiment", "input_space"): [
        {"experiment": name, "input_space": space}
        for name in DRAWN_ONE_BY_ONE
        for space in CONFIG.experiments[name].input_spaces
    ],
}
# Names of all tables and figures, in the order of their rules.
TABLES, FIGURES = [], []


def table_file(name):
    """A table as the output of its rule; ``rule tables`` has it from then on."""
    TABLES.append(f"{RESULTS}/tables/{name}.csv")
    return TABLES[-1]


def figure_files(name, category, label, caption=None):
    """The three files of a figure as outputs of its rule; the PNG goes into the report.

    ``rule figures`` has them from then on.
    """
    stem = f"{RESULTS}/figures/{name}"
    paths = [f"{stem}.{extension}" for extension in ("png", "svg", "csv")]
    FIGURES.extend(paths)
    caption = f"../report/{caption or name}.rst"
    png = report(paths[0], caption=caption, category=category, labels={"figure": label})
    return [png, *paths[1:]]


def instances(patterns):
    """The files that names with wildcards stand for."""
    return [
        pattern.format(**values)
        for pattern in patterns
        for values in INSTANCES[tuple(sorted(set(re.findall(r"{(\w+)}", pattern))))]
    ]


def cluster_fits(extension):
    """A file for every K of the sweep and each of its seeds, in the order of CLUSTER_FITS."""
    pattern = f"{RESULTS}/models/clusters/k-{{k}}-seed-{{seed}}.{extension}"
    return [pattern.format(**fit) for fit in CLUSTER_FITS]
