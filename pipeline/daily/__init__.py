"""What happens on every run, for one athlete or many: whose files, which steps, what is new, what is kept."""
