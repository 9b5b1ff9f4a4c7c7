from tests.hosts.toys.toy import Toy


class Shop(Toy):
    def prove(self) -> None:
        client = self.client(self.people[0])
        key = self.item_id(self.items[0])
        for _ in range(3):
            answer = client.get(f"/shop-api/recsys/items/{key}/similar/?n=3")
            assert answer.status_code == 200
            assert len(answer.json()["items"]) == 3
        assert client.get("/shop-api/recsys/recommendations/?n=0").status_code == 400
        event = {"kind": "view", "item_id": key}
        told = client.post(
            "/shop-api/recsys/events/", event, content_type="application/json"
        )
        assert told.status_code == 202
        assert told.json()["accepted"] == 1
