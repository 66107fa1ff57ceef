"""What Tailrace costs, measured. Each file is one question; none of them is a test."""
