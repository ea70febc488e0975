"""The command as `python -m fieldstone.ui.cli`, which is how `serve` starts its parts."""

from . import main

main()
