"""What an assessor asks of a fact-checker, answered from its data: the report under the codes of IFCN and EFCSN.

    report              the report on a period. Begin here.
    indicators          what is counted; published_reviews, process: of what
    codes               the articles that each of it answers
    period              which days it is about
    report_files        the same as JSON and CSV

Everything that is said of fact checks is counted in what was published, so that anybody can count again; what is said
of how they were made is numbers about those same fact checks, and never a word of a draft.

Imports models and below.
"""
