"""What measures a graphics card, tried without one."""
