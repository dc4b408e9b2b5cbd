"""A synthetic practice may be of any size."""

from recordpick.synthetic.names import make_pools


def test_a_practice_of_a_million_has_enough_doctors():
    """There are more doctors than names in a list, and still each has a distinct name."""
    doctors = make_pools(1, doctors=1_000_000 // 1800).doctors
    assert len(set(doctors)) == len(doctors) == 555
    assert make_pools(1, doctors=3).doctors == doctors[:3]
