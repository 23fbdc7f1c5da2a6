"""What is written: each output makes files out of a report, and knows nothing of the network."""
