"""Orders to test with: the one factory, realistic and random ones, a model of what is stored, and the differences."""
