"""Editors' decisions about readers' messages: one function per move, called only by the desk.

Imports review, where a correction is begun and a claim proposed. Begin with `complaint_moves`.
"""
