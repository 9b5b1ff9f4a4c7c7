from django.conf import settings
from django.db import models


class Game(models.Model):
    name = models.CharField(max_length=100)
    genre = models.CharField(max_length=50, default="puzzle")

    def __str__(self) -> str:
        return self.name


class Session(models.Model):
    player = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    game = models.ForeignKey(Game, on_delete=models.CASCADE)
    began_at = models.DateTimeField()
    hours = models.FloatField()

    def __str__(self) -> str:
        return f"{self.hours} hours of {self.game_id}"
