"""Wrong documents, made of right ones: refused with a precise place, or really no longer wrong."""
