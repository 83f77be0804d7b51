"""The switch that writes the documents anew."""


def pytest_addoption(parser):
    parser.addoption("--write-documents", action="store_true", help="write the documents of tests/postmortems anew")
