from django.contrib.auth.views import LogoutView
from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("", views.account, name="account"),
    path("login/", views.login_list, name="login"),
    path("login/<int:number>/", views.login_as, name="login_as"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
