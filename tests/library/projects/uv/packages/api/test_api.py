from api import ANSWER


def test_answer_of_core():
    assert ANSWER == 42
