"""What does G draw?"""
