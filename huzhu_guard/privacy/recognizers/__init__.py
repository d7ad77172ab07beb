"""One recognizer a file, each a pattern, what checks it, and the words that speak for or against it."""
