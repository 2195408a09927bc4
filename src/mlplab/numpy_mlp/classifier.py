"""The network as a scikit-learn classifier."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from mlplab.numpy_mlp.blas import blas_threads
from mlplab.numpy_mlp.checks import check_parameters, list_sizes
from mlplab.numpy_mlp.network import Descent, Network, encode_labels
from mlplab.numpy_mlp.parameters import draw_parameters
from mlplab.numpy_mlp.sparse_rows import Rows, SparseRows
from mlplab.numpy_mlp.trainer import Plan
from mlplab.numpy_mlp.workspace import OrderedSamples

# Samples: an array, or a matrix or array of SciPy's sparse package, which has no types.
_Samples = Any
_Pair = tuple[_Samples, ArrayLike]


class NumpyMLPClassifier(ClassifierMixin, BaseEstimator):
    """Multilayer perceptron with sigmoid layers, trained by mini-batch gradient descent.

    The cost of a batch is the sum over its samples of the binary log-losses of the outputs,
    plus ``λ₂/2 · Σ w² + λ₁ · Σ |w|`` without the biases. An update is
    w ← w − (Δ + α Δ_previous) with Δ = η · gradient; η is divided by 1 + c · i before
    epoch i = 0, 1, … (Source: the article series on a simple Python ANN for MNIST, 2020.)

    Sparse samples are not copied to a dense array as a whole; only a mini-batch is, while it is
    trained. Plans and results are those of the same samples in a dense array. CSR of the right
    ``dtype`` is used in place; other formats are converted to CSR.

    A sample weight multiplies the cost of its sample, and so its gradient. With all samples in
    one batch, an integer weight has the effect of as many copies of the sample. Weights do not
    change the regularisation. In ``history_``, costs are weighted; accuracies and
    ``last_batch_error`` count every sample once.

    Parameters
    ----------
    hidden_layer_sizes : nodes of the hidden layers, lowest first; a whole number for a single
        layer, () for none
    batch_size : samples of a mini-batch; if it exceeds the training set, the whole set
    epochs : passes over the training set
    learning_rate : η before the first epoch
    decrease_const : c, the decrease of the learning rate
    momentum : α, the share of the previous step that is added to a step
    l2, l1 : λ₂ and λ₁, the strengths of the regularisation
    init : "sqrt_nodes" draws weights and biases from ±init_factor/√(nodes of the lower layer),
        "const" from ±init_interval
    init_factor, init_interval : see ``init``
    dtype : "float32" or "float64", of weights and of all computation
    shuffle : draw the batches from a new permutation in every epoch
    random_state : seed of start weights and permutations
    n_threads : threads to use; None for all that the process may use
    engine : "numpy" computes with NumPy's functions; "compiled" computes the same in code that
        Numba compiles at a user's first fit and keeps for later processes
    plan : how batches are spread over threads; None measures it once per machine and shape
    monitor : what ``history_`` holds beside the learning rate and times. "full": accuracy and
        cost of the whole training set after every epoch; "batch": the same summed over the
        batches as they are trained, while the weights change; "none": neither
    monitor_every : with monitor "full", measure only after every so many epochs and after the
        last; the rows between hold NaN
    callbacks : called as ``callback(classifier, record)`` after every epoch, ``record`` being
        its row of the history as a dict; BLAS keeps the threads of the plan meanwhile
    progress : log epochs with the time left, and show a bar on a terminal

    Attributes
    ----------
    classes_ : labels, shape (n_classes,)
    coefs_ : list of weights, shapes (n_lower, n_upper)
    intercepts_ : list of biases, shapes (n_upper,)
    history_ : DataFrame, a row per epoch. ``wall_seconds`` and ``cpu_seconds`` are those of the
        training alone, ``evaluation_cpu_seconds`` those of the monitoring after it; costs are
        sums over samples and include the regularisation, whose share is
        ``regularization_share``; ``last_batch_error`` is the mean absolute error of the outputs
        for the last mini-batch before its update
    plan_ : the plan that was used
    n_features_in_, n_iter_ : number of features, epochs trained in all

    Notes
    -----
    Some parameters of scikit-learn's ``MLPClassifier`` have other names here: ``l2`` is its
    ``alpha``, ``learning_rate`` its ``learning_rate_init`` and ``epochs`` its ``max_iter``. Its
    cost is a mean over the batch, so the same step needs its learning rate divided by the batch
    size. There is no ``warm_start``: :meth:`partial_fit` continues from the last weights.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from mlplab.numpy_mlp import NumpyMLPClassifier
    >>> x = csr_array([[0.0, 1.0], [1.0, 0.0], [0.0, 2.0], [2.0, 0.0]])
    >>> network = NumpyMLPClassifier(3, epochs=200, learning_rate=0.1, random_state=0)
    >>> network.fit(x, ["up", "right", "up", "right"], [1, 1, 2, 2]).predict(x).tolist()
    ['up', 'right', 'up', 'right']
    """

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (70, 30),
        batch_size: int = 500,
        epochs: int = 35,
        learning_rate: float = 1e-3,
        decrease_const: float = 1e-6,
        momentum: float = 5e-5,
        l2: float = 0.01,
        l1: float = 0.0,
        init: Literal["sqrt_nodes", "const"] = "sqrt_nodes",
        init_factor: float = 2.0,
        dtype: Literal["float32", "float64"] = "float32",
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
        n_threads: int | None = None,
        *,
        engine: Literal["numpy", "compiled"] = "numpy",
        init_interval: float = 0.5,
        plan: Plan | None = None,
        monitor: Literal["full", "batch", "none"] = "full",
        monitor_every: int = 1,
        callbacks: Sequence[Callable[[NumpyMLPClassifier, dict[str, Any]], None]] = (),
        progress: bool = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.batch_size = batch_size
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.decrease_const = decrease_const
        self.momentum = momentum
        self.l2 = l2
        self.l1 = l1
        self.init = init
        self.init_factor = init_factor
        self.dtype = dtype
        self.shuffle = shuffle
        self.random_state = random_state
        self.n_threads = n_threads
        self.engine = engine
        self.init_interval = init_interval
        self.plan = plan
        self.monitor = monitor
        self.monitor_every = monitor_every
        self.callbacks = callbacks
        self.progress = progress

    def fit(
        self,
        X: _Samples,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        validation_data: _Pair | Mapping[str, _Pair] | None = None,
    ) -> NumpyMLPClassifier:
        """Train from new start weights.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features); a C-contiguous array or memory
            map of ``dtype`` is used in place, anything else is copied
        y : labels, shape (n_samples,)
        sample_weight : factors of the samples' costs, at least 0, shape (n_samples,); None for 1
        validation_data : samples and labels whose accuracy is recorded as ``test_accuracy``
            after every epoch, or a mapping from names of columns to such pairs; they do not
            influence the training

        Raises
        ------
        ValueError
            A parameter, the data or the weights cannot be used, or the engine does not work on
            this machine.
        DivergenceError
            The learning rate is too large; the message names epoch and learning rate.
        """
        check_parameters(self.get_params(deep=False))
        samples = self._check_samples(X, y, sample_weight, reset=True)
        self._start()
        return self._train(samples, self.epochs, self._check_validation(validation_data))

    def partial_fit(
        self,
        X: _Samples,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> NumpyMLPClassifier:
        """Train one more epoch; the first call needs all ``classes`` if ``y`` lacks some.

        Samples, labels and weights are those of :meth:`fit`. ``classes`` comes before the weights,
        as in most classifiers of scikit-learn, but not in its ``MLPClassifier``.
        """
        check_parameters(self.get_params(deep=False))
        if hasattr(self, "_network"):
            known = self.classes_ if classes is None else _list_classes(classes)
            if not np.array_equal(known, self.classes_):
                raise ValueError(
                    f"classes is {known[:20].tolist()}, the first partial_fit had "
                    f"{self.classes_[:20].tolist()}; give the same, or none"
                )
            samples = self._check_samples(X, y, sample_weight, reset=False)
        else:
            samples = self._check_samples(X, y, sample_weight, reset=True, classes=classes)
            self._start()
        return self._train(samples, 1, {})

    def decision_logits(self, X: _Samples) -> np.ndarray:
        """Outputs before the last sigmoid, shape (n_samples, n_classes)."""
        check_is_fitted(self, "coefs_")
        dtype = self._network.parameters.vector.dtype
        X = validate_data(self, X, reset=False, dtype=dtype, order="C", accept_sparse="csr")
        return self._network.predict_logits(_as_rows(X), self._descent())

    def predict_proba(self, X: _Samples) -> np.ndarray:
        """Outputs of the network divided by their sum, shape (n_samples, n_classes)."""
        logits = self.decision_logits(X).astype(np.float64)
        # log σ(z), so that a sample for which every output is tiny still has a largest one
        log_outputs = -np.logaddexp(0.0, -logits)
        log_outputs -= log_outputs.max(axis=1, keepdims=True)
        outputs = np.exp(log_outputs)
        shares: np.ndarray = outputs / outputs.sum(axis=1, keepdims=True)
        return shares

    def predict(self, X: _Samples) -> np.ndarray:
        """The label with the largest output, shape (n_samples,)."""
        codes = self.decision_logits(X).argmax(axis=1)
        labels: np.ndarray = self.classes_[codes]
        return labels

    def __sklearn_tags__(self) -> Tags:
        tags: Tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _check_samples(
        self,
        X: _Samples,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        reset: bool,
        classes: ArrayLike | None = None,
    ) -> OrderedSamples:
        dtype = np.dtype(self.dtype) if reset else self._network.parameters.vector.dtype
        X, y = validate_data(self, X, y, reset=reset, dtype=dtype, order="C", accept_sparse="csr")
        check_classification_targets(y)
        weights = None if sample_weight is None else _check_weights(sample_weight, X)
        if reset:
            self.classes_ = np.unique(y) if classes is None else _list_classes(classes)
        return OrderedSamples(_as_rows(X), encode_labels(y, self.classes_), None, weights)

    def _check_validation(
        self, validation_data: _Pair | Mapping[str, _Pair] | None
    ) -> dict[str, OrderedSamples]:
        if validation_data is None:
            return {}
        if not isinstance(validation_data, Mapping):
            validation_data = {"test_accuracy": validation_data}
        checked = {}
        for column, pair in validation_data.items():
            if not (isinstance(pair, tuple | list) and len(pair) == 2):
                raise ValueError(
                    f"validation_data of {column!r} is a {type(pair).__name__}, allowed: a pair "
                    "of samples and labels"
                )
            try:
                checked[column] = self._check_samples(*pair, reset=False)
            except ValueError as error:
                raise ValueError(f"validation_data of {column!r}: {error}") from error
        return checked

    def _start(self) -> None:
        random = check_random_state(self.random_state)
        hidden = list_sizes(self.hidden_layer_sizes)
        parameters = draw_parameters(
            [self.n_features_in_, *hidden, len(self.classes_)],
            self.dtype,
            random,
            method=self.init,
            factor=self.init_factor,
            interval=self.init_interval,
        )
        self._network: Network = Network(parameters, self.learning_rate, random)

    @property
    def coefs_(self) -> list[np.ndarray]:
        return list(self._network.parameters.weights)

    @property
    def intercepts_(self) -> list[np.ndarray]:
        return list(self._network.parameters.biases)

    @property
    def history_(self) -> pd.DataFrame:
        return pd.DataFrame(self._network.records)

    @property
    def plan_(self) -> Plan | None:
        return self._network.plan

    @property
    def n_iter_(self) -> int:
        return self._network.n_epochs

    def _descent(self) -> Descent:
        given = {field.name: getattr(self, field.name) for field in fields(Descent)}
        # A limit around this call, as in joblib's workers, holds unless n_threads is set.
        return Descent(**given | {"n_threads": self.n_threads or blas_threads()})

    def _train(
        self,
        samples: OrderedSamples,
        epochs: int,
        validation_data: Mapping[str, OrderedSamples],
    ) -> NumpyMLPClassifier:
        callbacks = [partial(callback, self) for callback in self.callbacks]
        self._network.train(
            samples, epochs, self._descent(), validation=validation_data, callbacks=callbacks
        )
        return self


def _as_rows(X: _Samples) -> Rows:
    return SparseRows(X) if issparse(X) else np.asarray(X)


def _check_weights(sample_weight: ArrayLike, X: _Samples) -> np.ndarray:
    """The weights of all samples, shape (n_samples,); a single number is that of each."""
    found = np.asarray(sample_weight)
    # A dict or a sparse matrix is a single object.
    if found.dtype.kind not in "biufO" or (found.dtype.kind == "O" and not found.ndim):
        raise ValueError(
            f"sample_weight is a {type(sample_weight).__name__} of {found.dtype}, allowed: a list "
            "of numbers, one for each sample"
        )
    weights: np.ndarray = _check_sample_weight(
        sample_weight if found.ndim else np.full(X.shape[0], found),
        X,
        dtype=X.dtype,
        ensure_non_negative=True,
    )
    return weights


def _list_classes(classes: ArrayLike) -> np.ndarray:
    """The sorted labels of ``partial_fit``."""
    try:
        labels: np.ndarray = unique_labels(classes)
    except (TypeError, ValueError) as error:
        raise ValueError(f"classes is {classes!r}, allowed: a list of labels ({error})") from error
    return labels
