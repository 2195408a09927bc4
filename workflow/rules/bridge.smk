# in:  results/<run>/data/pixels-<scaling>/, results/<run>/data/labels/
# out: results/<run>/training/bridge/: rows of all stops between NumPy's network and the reference
#      model in Keras, and seeds; results/<run>/tables/bridge.csv
#
# A job trains all networks of a direction with all seeds, so that TensorFlow starts once; one thread
# each, side by side.
rule train_bridge:
    input:
        numpy_train=features(pixel_space("numpy"), "train"),
        numpy_test=features(pixel_space("numpy"), "test"),
        keras_train=features(pixel_space("keras"), "train"),
        keras_test=features(pixel_space("keras"), "test"),
        y_train=rules.extract_labels.output.train,
        y_test=rules.extract_labels.output.test,
    output:
        f"{RESULTS}/training/bridge/{{direction}}.csv",
    log:
        f"{RESULTS}/logs/train_bridge/{{direction}}.log",
    benchmark:
        f"{RESULTS}/job_times/train_bridge/{{direction}}.tsv"
    priority: EARLY
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
            direction=["forwards", "backwards"],
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
