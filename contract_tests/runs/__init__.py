"""What a run takes from the shell that starts it, and where it leaves its reports."""
