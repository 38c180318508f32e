"""From files of runs to tables: what is read, summarised, compared, and asked of the tables."""
