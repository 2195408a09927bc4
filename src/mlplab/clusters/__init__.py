"""K-means, the choice of K, and the quality of clusters."""
