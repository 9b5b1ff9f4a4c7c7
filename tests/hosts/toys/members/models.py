import uuid

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from tests.hosts.toys.house.bases import ItemBase, LineBase


class Members(BaseUserManager):
    def create_user(self, email: str) -> "Member":
        member = self.model(email=self.normalize_email(email))
        member.set_unusable_password()
        member.save()
        return member


class Member(AbstractBaseUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField(unique=True)

    USERNAME_FIELD = "email"
    objects = Members()


class Item(ItemBase):
    pass


class Order(models.Model):
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"order {self.pk}"


class Line(LineBase):
    pass
