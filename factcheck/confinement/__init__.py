"""Confined processes for untrusted input, with limited memory, time and output.

    framing     messages on a socket
    limits      the limits of a process, and how they are set
    zygote      the program that is started once, loads what the work needs, and forks a process for each piece of it
    confined    how the rest of the project has work done there

A piece of work is bytes in, bytes out, done by a function of a module that needs no database. Each has a process of
its own, so nothing that one document did is there for the next; it is forked from one that has everything loaded, so it
costs milliseconds. Knows neither sources nor claims. Begin with `confined`.
"""
