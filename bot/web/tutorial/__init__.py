"""The small API of tutorials about Stable Diffusion, for programs that were written after them."""
