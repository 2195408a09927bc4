"""What all HTML pages share: one template, one style, one script, and tables one can search."""
