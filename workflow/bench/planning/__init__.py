"""From config.yaml to the runs that are asked for, and which of them are missing."""
