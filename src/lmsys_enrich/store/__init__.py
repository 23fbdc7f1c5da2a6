"""What earlier runs found, kept between them."""
