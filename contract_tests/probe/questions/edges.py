"""What is asked at the edges of HTTP: paths, methods, media types, sizes and the letter case of keys."""
