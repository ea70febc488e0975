"""What it takes to make many workspaces of a template, and to upgrade all of them."""
