"""How are weights made?"""
