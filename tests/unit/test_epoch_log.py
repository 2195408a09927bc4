import logging

from mlplab.epoch_log import EpochLog


def test_ten_lines_tell_the_epoch_the_accuracies_and_the_time_left(caplog):
    progress = EpochLog(600)
    with caplog.at_level(logging.INFO, "mlplab"):
        for epoch in range(1, 601):
            progress.log(epoch, {"train_accuracy": 0.5, "val_accuracy": float("nan"), "loss": 2.0})
    assert len(caplog.messages) == 10
    assert caplog.messages[0].startswith("epoch 60 of 600: train accuracy 0.5000, ")
    assert caplog.messages[-1].endswith("0 s left")
    assert "loss" not in caplog.text
    assert "nan" not in caplog.text
