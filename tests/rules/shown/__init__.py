"""What the table of cases is to show, read off the language, and what each case shows of it."""
