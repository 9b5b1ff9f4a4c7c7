"""The time and memory that a fit takes, and the memory of the machine."""
