"""Scripts that build files of the distribution: templates, reference pages, pictures."""
