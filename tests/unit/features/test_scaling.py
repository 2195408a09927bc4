import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler, Normalizer, StandardScaler

from mlplab.features.scaling import SCALING_METHODS, scale_features


@pytest.fixture
def parts(random):
    return (random.integers(256, size=(n, 6), dtype=np.uint8) for n in (50, 20))


@pytest.mark.parametrize(
    ("method", "scaler"),
    [
        ("standard", StandardScaler()),
        ("normalizer", Normalizer()),
        ("minmax", MinMaxScaler()),
    ],
)
def test_the_test_part_is_scaled_by_what_the_training_part_teaches(parts, method, scaler):
    train, test = parts
    scaled = scale_features(train, test, method)
    expected = scaler.fit_transform(train.astype(float)), scaler.transform(test.astype(float))
    for found, wanted in zip(scaled, expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


def test_unit_divides_pixels_by_255(parts):
    train, test = parts
    np.testing.assert_allclose(scale_features(train, test, "unit")[1], test / 255, rtol=1e-6)


def test_every_sample_then_every_feature_is_standardised(parts):
    train, test = (part.astype(float) for part in parts)
    rows = [(p - p.mean(1, keepdims=True)) / p.std(1, keepdims=True) for p in (train, test)]
    wanted = [(r - rows[0].mean(0)) / rows[0].std(0) for r in rows]
    for found, expected in zip(scale_features(train, test, "samplestandard"), wanted, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_every_sample_to_length_one_then_every_feature_is_standardised(parts):
    train, test = (part.astype(float) for part in parts)
    rows = [p / np.linalg.norm(p, axis=1, keepdims=True) for p in (train, test)]
    wanted = [(r - rows[0].mean(0)) / rows[0].std(0) for r in rows]
    found = scale_features(train, test, "samplenormalizer")
    for one, expected in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, expected, rtol=1e-3, atol=1e-4)


def test_whitened_features_are_uncorrelated_with_variance_one(parts):
    scaled, _ = scale_features(*parts, "whitened")
    np.testing.assert_allclose(np.cov(scaled.T), np.eye(6), atol=1e-4)


def test_whitening_refuses_features_that_do_not_vary(random):
    train = random.normal(size=(20, 3))
    train[:, 1] = 7
    with pytest.raises(ValueError, match="train: found 1 constant features, the first being 1"):
        scale_features(train, train, "whitened")


@pytest.mark.parametrize("method", [m for m in SCALING_METHODS if m != "whitened"])
def test_features_are_float32_and_constant_ones_stay_finite(method):
    for scaled in scale_features(np.zeros((4, 3), np.uint8), np.ones((2, 3), np.uint8), method):
        assert scaled.dtype == np.float32
        assert np.isfinite(scaled).all()


def test_an_unknown_method_is_named(parts):
    with pytest.raises(ValueError, match=r"'log' is unknown; allowed: \['standard'"):
        scale_features(*parts, "log")
