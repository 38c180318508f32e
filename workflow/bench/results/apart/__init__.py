"""What is compared apart from the two frameworks: no mean, no vote and no claim knows of it."""
