"""What is asked about answers."""
