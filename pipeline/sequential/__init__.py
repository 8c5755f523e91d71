"""Looking again and again without fooling oneself: designs, their critical values and what they can find; arrays in, arrays out."""
