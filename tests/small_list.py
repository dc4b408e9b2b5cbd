"""A list of a few patients, to which exports of their entries are joined."""

LIST = """\
EMIS Number,NHS Number,Family Name,Given Name,Date of Birth,Registration Status
4711,999 000 0018,Example,Ada,03/02/1951,Registered
4712,,Tester,Cy,19/08/1987,Registered
4713,999 000 0034,Older,Al,01/01/1950,Registered
4714,999 000 0042,Sample,Bo,01/01/1970,Left
8101,999 000 0050,Twin,Di,05/04/2019,Registered
8102,999 000 0069,Twin,Ed,05/04/2019,Registered
"""
