"""How was it drawn? Recipes: small JSON that says how a picture was drawn, and draws the same again.

recipe      what every kind can do, and what they share: the model and its weights
sheet       digits, each with a seed and an index; their hands may be edited
way         frames along two or more ends
hand        digits in a hand that was found from a drawing
read        the table of kinds; JSON, pictures and files that carry a recipe; gan.replay
files       what gan.sample writes: digits that were asked for, or what a recipe says
"""
