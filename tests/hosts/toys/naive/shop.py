from tests.hosts.toys.toy import Toy


class Shop(Toy):
    pass
