"""The workloads: a folder `<family>/<name>` each, found by `bench.catalogue`."""
