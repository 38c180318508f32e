"""What stands beside published results: the list of the machines, and a record of where the files come from."""
