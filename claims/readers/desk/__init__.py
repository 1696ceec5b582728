"""What editors do with what readers sent: one function for each move, called by the desk and by nothing else yet.

Imports review, where a correction is begun and a claim proposed. Begin with `complaint_moves`.
"""
