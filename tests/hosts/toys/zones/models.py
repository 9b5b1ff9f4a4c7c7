from tests.hosts.toys.house.bases import ItemBase, LineBase, OrderBase


class Item(ItemBase):
    pass


class Order(OrderBase):
    pass


class Line(LineBase):
    pass
