# in:  results/<run>/data/pixels-<scaling>/, results/<run>/data/labels/
# out: results/<run>/training/bridge/: rows of all seeds, per stop between NumPy's network and the
#      reference model in Keras; results/<run>/tables/bridge.csv
#
# A job trains one network with all seeds, so that TensorFlow starts once; one thread each, side by
# side.
from mlplab.keras_mlp.differences import find_stop, trained_stops


def stop_features(part):
    """For inputs: the pixels in the scaling of the job's stop."""

    def features_of_stop(wildcards):
        crossed = find_stop(wildcards.stop, CONFIG.bridge.order).keras
        return features(pixel_space("keras" if "pixels" in crossed else "numpy"), part)

    return features_of_stop


rule train_bridge:
    input:
        x_train=stop_features("train"),
        x_test=stop_features("test"),
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
    output:
        f"{RESULTS}/training/bridge/{{stop}}.csv",
    log:
        f"{RESULTS}/logs/train_bridge/{{stop}}.log",
    benchmark:
        f"{RESULTS}/job_times/train_bridge/{{stop}}.tsv"
    threads: 1
    resources:
        slot=ONE_PROCESSOR,
    params:
        order=list(CONFIG.bridge.order),
        network=network_of(CONFIG.train),
        batch_size=CONFIG.bridge.batch_size,
        epochs=CONFIG.bridge.epochs,
        seeds=list(CONFIG.bridge.seeds),
        keras_l2=CONFIG.train.keras.l2,
        n_pixels=DATA.size.n_pixels,
    script:
        "../scripts/train_bridge.py"


rule tabulate_bridge:
    input:
        expand(
            rules.train_bridge.output[0],
            stop=[stop.name for stop in trained_stops(CONFIG.bridge.order)],
        ),
    output:
        table_file("bridge"),
    log:
        f"{RESULTS}/logs/tabulate_bridge.log",
    localrule: True
    params:
        order=list(CONFIG.bridge.order),
    script:
        "../scripts/tabulate_bridge.py"
