"""Whose hand is it?"""
