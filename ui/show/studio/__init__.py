"""What the Studio's pages show."""
