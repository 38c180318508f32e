"""One command per rule of the workflow, of the same name."""
