from mlplab import processors


def test_the_system_is_asked_for_no_latency(tmp_path, monkeypatch):
    request = tmp_path / "cpu_dma_latency"
    request.touch()
    monkeypatch.setattr(processors, "_LATENCY_REQUEST", str(request))
    with processors.keep_processors_awake() as awake:
        assert awake is True
        assert request.read_bytes() == b"\0\0\0\0"


def test_without_the_right_to_ask_work_goes_on_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(processors, "_LATENCY_REQUEST", str(tmp_path / "none" / "such"))
    with processors.keep_processors_awake() as awake:
        assert awake is False
