"""Scripts that build what ships: templates, reference pages, pictures."""
