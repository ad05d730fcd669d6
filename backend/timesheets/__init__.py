"""What technicians did in a week, and what that is paid as."""
