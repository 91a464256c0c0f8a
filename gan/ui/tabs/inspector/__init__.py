"""The Forger and inspector tab: what D makes of real and forged digits.

tab         its answers
game        the view, and the game of telling them apart
real        the real digits, and the download of their dataset
endpoints   /score
"""
