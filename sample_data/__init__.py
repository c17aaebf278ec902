"""A small firm with a known story, to try the desk on and to test it against."""
