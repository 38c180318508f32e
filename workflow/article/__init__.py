"""The article: from the tables to the pages, in two languages. Nothing here measures."""
