"""The shipped deal documents, written from one layout for every format: python -m tools.templates."""
