from django.urls import path

from tests.hosts.shop import views

app_name = "shop"
urlpatterns = [
    path("", views.home, name="home"),
    path("products/<int:pk>/", views.product, name="product"),
]
