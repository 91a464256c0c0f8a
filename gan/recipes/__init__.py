"""How was it drawn?"""
