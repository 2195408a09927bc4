"""Generated images of 12 × 20 pixels in seven classes, whose labels are not 0 to 6."""

import gzip
import struct

import numpy as np

LABELS = np.array([-3, 2, 11, 12, 40, 41, 300])


def make_arrays(n_train=60, n_test=20):
    """Images that a network can learn: a pattern per class, and noise."""
    random = np.random.default_rng(7)
    patterns = random.random((len(LABELS), 12, 20))

    def part(n):
        codes = np.arange(n) % len(LABELS)
        fractions = 0.6 * patterns[codes] + 0.4 * random.random((n, 12, 20))
        return (255 * fractions).astype(np.uint8), LABELS[codes]

    (x_train, y_train), (x_test, y_test) = part(n_train), part(n_test)
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def write_npz(path, arrays=None, **changes):
    """Write the arrays as .npz; a change to None leaves one out."""
    kept = (make_arrays() if arrays is None else arrays) | changes
    np.savez_compressed(path, **{key: a for key, a in kept.items() if a is not None})
    return path


def write_idx(folder, arrays):
    """Write the arrays as IDX files, one of them packed, with labels 0 to 6; paths by role."""
    paths = {}
    for role, key in (
        ("train_images", "x_train"),
        ("train_labels", "y_train"),
        ("test_images", "x_test"),
        ("test_labels", "y_test"),
    ):
        array = arrays[key]
        if key.startswith("y"):
            array = np.searchsorted(LABELS, array)
        header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        content = header + array.astype(np.uint8).tobytes()
        path = folder / f"own {role}.{'idx.gz' if key == 'x_train' else 'idx'}"
        path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
        paths[role] = str(path)
    return paths
