from deploy.drills.failover_load import ResponseTimes


def test_the_longest_gap_counts_from_the_beginning_to_the_end_of_a_span():
    asked = ResponseTimes(response_moments=[1.0, 12.0, 13.0, 17.5, 30.0])
    assert asked.measure_longest_gap(10.0, 20.0) == 4.5
    assert asked.measure_longest_gap(18.0, 20.0) == 2.0
    assert asked.measure_longest_gap(13.0, 25.0) == 7.5


def test_failures_are_counted_by_kind_within_a_period():
    asked = ResponseTimes(failures=[(1.0, "503"), (11.0, "503"), (12.0, "TimeoutError"), (13.0, "503")])
    assert asked.count_failures(10.0, 20.0) == {"503": 2, "TimeoutError": 1}
