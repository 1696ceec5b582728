"""Confined processes for untrusted input, with limited memory, time and output.

    limits      the limits of a process, and how to set them
    zygote      the program that starts once, loads all modules, and forks a process for each task; its messages
    confined    the interface for the rest of the project

A task takes bytes and returns bytes; it is a function of a module that needs no database. Each task runs in its own
process, so one document cannot affect the next. The process is forked from one that has everything loaded, so it starts
within milliseconds. Independent of sources and claims. Begin with `confined`.
"""
