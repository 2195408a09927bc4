"""The documentation's configuration: `make docs` builds docs/_build/html without a network."""

import os
import sys
import tomllib
from pathlib import Path

from sphinx.errors import ConfigError

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path.insert(0, str(DOCS / "_ext"))
# TensorFlow reports its own start on standard error, which the gallery would show.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# The scripts of the gallery read real images; Sphinx-Gallery starts them in their own folder.
images = Path(os.environ.get("MLPLAB_DATA_DIR") or ROOT / "resources" / "mnist").resolve()
if not images.is_dir():
    raise ConfigError(
        f"{images}: found no images for the gallery; allowed: a folder with the four files of "
        "MNIST in MLPLAB_DATA_DIR, or resources/mnist, which `make quick` fills"
    )
os.environ["MLPLAB_DATA_DIR"] = str(images)

project = "mlplab"
author = "The mlplab developers"
copyright = "2026, The mlplab developers"
release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

extensions = [
    "house_docstrings",
    "myst_parser",
    "numpydoc",
    "run_numbers",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "_templates", "run", "gallery/*.rst"]
templates_path = ["_templates"]
nitpicky = False

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "smartquotes"]
myst_heading_anchors = 4

toc_object_entries_show_parents = "hide"
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings say more
# scikit-learn adds these, with references to its own site.
autodoc_default_options = {
    "exclude-members": "set_fit_request, set_partial_fit_request, set_score_request"
}
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
# Docstrings that are sentences, not types, stand after the colon of a parameter.
numpydoc_xref_param_type = False

sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "auto_gallery",
    "filename_pattern": "/plot_",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "show_memory": False,
    "show_signature": False,
    "download_all_examples": False,
    "remove_config_comments": True,
    # The page of times loads its scripts from a network.
    "write_computation_times": False,
}
suppress_warnings = [
    "config.cache",  # of Sphinx-Gallery's functions
    "sphinx_gallery.space_in_filename",  # a folder above may have one
]

html_theme = "pydata_sphinx_theme"
html_title = "mlplab"
html_static_path = ["_static"]
html_css_files = ["style.css"]
html_show_sourcelink = False
html_copy_source = False
html_show_search_summary = False  # a page that is opened as a file may not fetch others
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],
    "header_links_before_dropdown": 6,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": True,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_context = {"default_mode": "auto"}
