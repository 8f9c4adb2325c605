"""What holds the workflows and the Dockerfile to their linters, offline."""
