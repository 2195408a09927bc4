"""The figures of the study page, in Vega-Altair: a module for each."""
