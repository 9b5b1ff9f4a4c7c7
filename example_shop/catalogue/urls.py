from django.urls import path

from . import views

app_name = "catalogue"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("department/<slug:slug>/", views.department, name="department"),
    path("category/<slug:slug>/", views.category, name="category"),
    path("product/<int:pk>/", views.product, name="product"),
]
