"""What sealing and verifying a long history takes."""
