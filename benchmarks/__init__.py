"""Speed, as ratios within one run: Fieldstone against the same work written by hand."""
