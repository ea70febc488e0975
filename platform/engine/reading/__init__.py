"""Reading: what a text that somebody wrote means, in a cell of a file or in a field of text."""
