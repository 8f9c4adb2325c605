"""What is asked about updates."""
