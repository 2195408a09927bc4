"""Tables made from the results of several jobs."""
