"""How documents become tables: the parts of a publish, each a value until the last step."""
