"""What is asked about lists."""
