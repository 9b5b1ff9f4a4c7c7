"""What is bought in one basket."""
