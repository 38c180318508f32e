"""Published results: their files, there and back, the list of the machines, and a record of where they come from."""
