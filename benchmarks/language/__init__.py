"""The language over whole tables, against SQL by hand and against simpleeval."""
