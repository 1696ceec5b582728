"""What people see, in all languages."""
