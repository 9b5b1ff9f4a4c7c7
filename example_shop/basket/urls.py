from django.urls import path

from . import views

app_name = "basket"
urlpatterns = [
    path("", views.show, name="show"),
    path("add/<int:pk>/", views.add, name="add"),
    path("change/<int:pk>/", views.change, name="change"),
]
