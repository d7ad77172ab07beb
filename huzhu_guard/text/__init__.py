"""What was written: canonical views of a text, and its words."""
