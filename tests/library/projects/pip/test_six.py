import six


def test_six():
    assert six.PY3
