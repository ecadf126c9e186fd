"""Questions in SQL: what may be asked, by whom, and how the answer is shown."""
