"""Times of this project's network and of other libraries, measured beside each other."""
