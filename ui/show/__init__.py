"""What pages show, as values: every template gets these and decides nothing but the looks."""
