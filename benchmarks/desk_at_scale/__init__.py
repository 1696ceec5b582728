"""The desk on an archive of 250,000 claims and 100,000 sources: all of its lists, searches and pickers, one by one."""
