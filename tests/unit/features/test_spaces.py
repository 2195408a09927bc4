import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from mlplab.clusters.clustering import cluster_distances
from mlplab.features.scaling import scale_features
from mlplab.features.spaces import DistanceScaling, InputSpace, parse_space
from mlplab.features.transform import make_features

SCALINGS = st.sampled_from(DistanceScaling.__args__)
COUNTS = st.integers(1, 10**6)
NAMES = st.one_of(
    st.just("pixels"),
    st.builds("clusters-{}".format, COUNTS),
    st.builds("clusters-{}-{}".format, COUNTS, SCALINGS),
    st.builds("clusters-{}-raw".format, COUNTS),
    st.builds("clusters-{}-raw-{}".format, COUNTS, SCALINGS),
    st.builds("pca-{}".format, COUNTS),
    st.builds("pca-{}-whitened".format, COUNTS),
    st.builds("pca-{}-halfwhitened".format, COUNTS),
    st.builds("projection-{}".format, COUNTS),
    st.builds("images-{}".format, COUNTS),
)


@pytest.fixture(scope="module")
def parts():
    random = np.random.default_rng(5)
    mixing = random.normal(size=(12, 12))
    return tuple((random.normal(size=(n, 12)) @ mixing + 3).astype(np.float32) for n in (400, 50))


@given(NAMES)
def test_a_name_is_that_of_the_space_it_is_taken_apart_into(name):
    assert parse_space(name).input_space == name


def test_distances_of_raw_pixels_have_a_fit_of_their_own():
    assert parse_space("clusters-7-raw-standard").fit_name == "raw-k-7"
    assert parse_space("clusters-7-standard").fit_name == "k-7"
    assert parse_space("clusters-auto").fit_name == "k-auto"


def test_pixels_are_one_input_space_however_scaled():
    assert parse_space("pixels-unit") == InputSpace("pixels", scaling="unit")
    assert parse_space("pixels-unit").input_space == "pixels"


@pytest.mark.parametrize(
    "name",
    [
        *("clusters", "clusters-0", "clusters-auto-raw", "clusters-7-standard-raw"),
        *("clusters-7-unit", "pca-x", "pca-7\n", "pixels-log", "images-3-raw"),
    ],
)
def test_an_unknown_space_is_refused_with_those_there_are(name):
    with pytest.raises(ValueError, match="is unknown; allowed: pixels, clusters-<K>"):
        parse_space(name)


@pytest.mark.parametrize("space", ["pca-4", "pca-4-whitened", "pca-4-halfwhitened"])
def test_components_are_those_of_the_training_part(parts, space):
    found = make_features(space, *parts)
    pca = PCA(4, svd_solver="full").fit(parts[0].astype(float))
    wanted = [pca.transform(part.astype(float)) for part in parts]
    variances = pca.explained_variance_
    if space == "pca-4":
        variances = np.full(4, variances.mean())
    elif space == "pca-4-halfwhitened":
        # Divided by the root of the standard deviation, variances are standard deviations.
        variances = np.sqrt(variances) * np.sqrt(variances).mean()
    for one, other in zip(found, wanted, strict=True):
        assert one.dtype == np.float32
        np.testing.assert_allclose(np.abs(one), np.abs(other / np.sqrt(variances)), atol=1e-4)
    assert np.square(found[0]).mean() == pytest.approx(1, abs=0.01)


def test_components_of_what_is_not_finite_are_refused(parts):
    with pytest.raises(ValueError, match="x holds NaN or infinite values"):
        make_features("pca-4", np.where(parts[0] < 0, np.nan, parts[0]), parts[1])


def test_components_beyond_the_rank_stay_small(parts):
    flat = [np.repeat(part[:, :3], 2, axis=1) for part in parts]
    found = make_features("pca-6", *flat)
    assert np.square(found[0]).mean() == pytest.approx(1, abs=0.01)
    assert all(np.abs(part[:, 3:]).max() < 0.1 for part in found)


def test_without_whitening_components_keep_their_unequal_variances(parts):
    deviations = make_features("pca-4", *parts)[0].std(axis=0)
    assert (np.diff(deviations) < -0.05).all()


def test_distances_are_scaled_as_asked_unless_the_name_says_how(parts):
    centers = parts[0][:5]
    distances = [cluster_distances(part, centers) for part in parts]
    for space, scaling in (("clusters-5", "minmax"), ("clusters-5-whitened", "whitened")):
        found = make_features(space, *parts, centers=centers, scaling="minmax")
        for one, other in zip(found, scale_features(*distances, scaling), strict=True):
            np.testing.assert_array_equal(one, other)


def test_images_are_centres_that_the_seed_chooses(parts):
    one, again, other = (make_features("images-6", *parts, seed=s)[0] for s in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    # Standardised, the distance of an image to itself is still the smallest of its column.
    unscaled = cluster_distances(parts[0], parts[0])
    nearest = {int(i) for i in one.argmin(axis=0)}
    assert len(nearest) == 6
    assert all(unscaled[i, i] < 1e-3 for i in nearest)


def test_a_projection_keeps_distances_on_average():
    random = np.random.default_rng(0)
    parts = [random.normal(size=(n, 300)).astype(np.float32) for n in (200, 20)]
    train, test = make_features("projection-100", *parts, seed=3)
    assert train.shape == (200, 100)
    assert test.shape == (20, 100)
    np.testing.assert_allclose(train.std(axis=0), 1, rtol=1e-3)

    def distance(x):
        return np.linalg.norm(x[0] - x[1:], axis=1)

    ratios = distance(train) / distance(parts[0])
    assert ratios.std() / ratios.mean() < 0.15  # 1/sqrt(2 · 100) = 0.07 (Johnson, Lindenstrauss)


@pytest.mark.parametrize(
    ("space", "options", "fault"),
    [
        ("pixels", {}, "space: found pixels"),
        ("images-6", {}, "seed: found None; images-6 is drawn at random"),
        ("images-401", {"seed": 0}, "train: found 400 images; images-401 needs 401"),
        ("clusters-5", {}, "centers: found None; clusters-5 needs 5"),
        ("clusters-5", {"centers": np.zeros((4, 12), np.float32)}, "centers: found 4;"),
        ("pca-13", {}, "n_components is 13; allowed: 1 to 12, as x is"),
    ],
)
def test_what_is_missing_is_named(parts, space, options, fault):
    with pytest.raises(ValueError, match=fault):
        make_features(space, *parts, **options)


@pytest.mark.parametrize("space", ["pca-4-whitened", "pca-4-halfwhitened"])
def test_components_that_do_not_vary_cannot_be_whitened(random, space):
    x = random.random((50, 3)).astype(np.float32)
    flat = np.hstack([x, np.zeros((50, 5), np.float32)])
    with pytest.raises(ValueError, match="vary in 3 components only; 4 cannot be whitened"):
        make_features(space, flat, flat)
    assert np.isfinite(make_features(space.replace("4", "3"), flat, flat)[0]).all()
    assert np.isfinite(make_features("pca-4", flat, flat)[0]).all()
