"""The Generate tab: digits, rows, seed and psi -> one sheet.

tab         its answers
sheet       a sheet, its locks and its link
dataset     a dataset of made digits, in slices
endpoints   /generate
"""
