"""What Easel promises, and the programs that are killed, lied to and flooded to prove it."""
