"""Using: the places that refer to what a publish archives or renames."""
