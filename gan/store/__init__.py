"""What lies on disk?"""
