"""Source bytes to rows or rejections."""
