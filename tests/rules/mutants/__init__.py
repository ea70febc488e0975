"""Mutation testing of the language: does a test fail for every small change of its code?"""
