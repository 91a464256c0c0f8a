"""Who judges?"""
